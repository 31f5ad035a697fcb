"""The figures of money in a contracting process: what is stated, at which stage, when, and who pays.

    planning.budget.amount  → budgeted      tender.value                    → estimated
    award, contract         → contracted    each transaction of a contract  → spent

A contract takes the place of its award: the two are never both counted. What is cancelled, unsuccessful,
withdrawn or not yet in force is no money; it is listed with the reason, as is what has no amount, no currency
or a date that cannot be true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies

from ledger.ocds.dates import BadDate, day, planned_day
from ledger.ocds.matching import Match, folded
from ledger.ocds.processes import Key, Process, Stated
from ledger.ocds.shape import plain_text
from ledger.ocds.unused import Unused

#: Currencies that stand for none.
_NO_CURRENCY = {"XXX", "XTS"}
_CURRENCIES = list_currencies() - _NO_CURRENCY
#: No currency has smaller parts.
_DECIMALS = 6
_OVER = ("cancelled", "unsuccessful", "withdrawn")
_NOT_YET = "pending"

_CEILING = "A ceiling of a framework agreement, so not a sum that is owed."


@dataclass(frozen=True)
class Payer:
    """Who pays: the name, and the kind where the release itself says it ("" for the kind that the buyer has)."""

    name: str
    kind: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure of money of a process, exactly as stated. Columns are those of `funding`."""

    key: Key
    stage: str
    amount: Decimal
    currency: str
    dated: str
    period_start: str
    period_end: str
    basis: str
    scope: str
    counted: bool
    relation: str
    related: Key | None
    reason: str
    overlaps: str
    note: str
    payer: Payer
    stated: Stated


class _Unusable(ValueError):
    """A figure that cannot be used; its text is the reason."""


@dataclass(frozen=True)
class _Part:
    """What holds a figure: its `key`, its name for people, the entry itself, and whether it is about AI alone."""

    key: Key
    name: str
    entry: Mapping[str, Any]
    scope: str


def figures(process: Process, found: Sequence[Match], framework: bool, today: date) -> Iterator[Figure | Unused]:
    """The figures of a process that is about AI, and what of its money could not be used.

    Args:
        process: the process.
        found: what in it is about AI, at least one match.
        framework: whether its sums are ceilings of a framework agreement.
        today: dates after it cannot be true.
    """
    made = _Maker(process, found, framework, today)
    yield from made.budget()
    yield from made.tender()
    contracts = list(made.contracts())
    yield from made.awards([one for one in contracts if isinstance(one, Figure)])
    yield from contracts
    yield from made.transactions({one.key for one in contracts if isinstance(one, Figure)})


def buyer_of(release: Mapping[str, Any]) -> Mapping[str, Any]:
    """The buyer of a process with its name, else the procuring entity; empty where neither is named."""
    parties = release.get("parties") or []
    candidates = [release.get("buyer"), (release.get("tender") or {}).get("procuringEntity")]
    for role in ("buyer", "procuringEntity"):
        candidates += [party for party in parties if role in (party.get("roles") or [])]
    for candidate in candidates:
        named = _named(candidate or {}, parties)
        if plain_text(named.get("name")):
            return named
    return {}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two organizations are one: by their ids, where both have one, else by their names."""
    if one.get("id") and other.get("id"):
        return bool(one["id"] == other["id"])
    return bool(one.get("name")) and plain_name(one.get("name")) == plain_name(other.get("name"))


def plain_name(name: str | None) -> str:
    """A name in small letters without accents and needless blanks, to be compared."""
    return " ".join(folded(name or "").casefold().split())


def _named(organization: Mapping[str, Any], parties: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """An organization with the name that it has among the parties, where it has none itself."""
    if organization.get("name") or not organization.get("id"):
        return organization
    return next((party for party in parties if party.get("id") == organization["id"]), organization)


class _Maker:
    """Makes the figures of one process."""

    def __init__(self, process: Process, found: Sequence[Match], framework: bool, today: date) -> None:
        self.process, self.release = process, process.release
        self.framework, self.today = framework, today
        self.parties = self.release.get("parties") or []
        self.buyer = buyer_of(self.release)
        self.matched = {match.part for match in found}
        self.titled = {match.part for match in found if match.title}
        self.whole = ("process",) in self.matched
        self.payer = self._payer()

    # Stages

    def budget(self) -> Iterator[Figure | Unused]:
        budget = (self.release.get("planning") or {}).get("budget") or {}
        if budget.get("amount"):
            part = _Part(("budget",), "budget", budget, self._scope_of_whole())
            yield from self._figure(part, "budgeted", budget["amount"], None, {}, "Budget of the process.")

    def tender(self) -> Iterator[Figure | Unused]:
        tender = self.release.get("tender") or {}
        if not tender.get("value"):
            return
        part = _Part(("tender",), "tender", tender, self._scope_of_whole())
        if tender.get("status") in _OVER:
            yield self._unused(part, f"The tender is {tender['status']}.")
            return
        least = tender.get("minValue") or {}
        note = " ".join(["Least value:", least.get("amount") or "", least.get("currency") or ""]) if least else ""
        period = tender.get("contractPeriod") or {}
        yield from self._figure(part, "estimated", tender["value"], None, period, "Value of the tender.", note=note)

    def awards(self, contracts: Sequence[Figure]) -> Iterator[Figure | Unused]:
        signed = {one.related for one in contracts}
        usable = {one.key for one in contracts}
        every = [(("contract", one.get("id") or ""), one) for one in self.release.get("contracts") or []]
        for part, award in self._entries("awards", "award"):
            over = self._over(part)
            if over:
                yield over
                continue
            counted, reason = True, "Award; no contract takes its place."
            own = [one for _, one in every if self._award_of(one) == part.key]
            unclear = any(key in usable and self._award_of(one) is None for key, one in every)
            if part.key in signed:
                counted, reason = False, "A contract takes the place of this award."
            elif own and all(one.get("status") in _OVER for one in own):
                counted, reason = False, "Its contract was cancelled."
            elif unclear:
                counted, reason = (
                    False,
                    "Contracts of the process do not say which award they follow; it may be this one.",
                )
            period = award.get("contractPeriod") or {}
            yield from self._figure(
                part, "contracted", award.get("value"), award.get("date"), period, reason, counted=counted
            )

    def contracts(self) -> Iterator[Figure | Unused]:
        awards = {part.key for part, _ in self._entries("awards", "award")}
        usable = {
            part.key
            for part, award in self._entries("awards", "award")
            if not self._over(part) and any(isinstance(one, Figure) for one in self._award_figure(part, award))
        }
        for part, contract in self._entries("contracts", "contract"):
            over = self._over(part)
            if over:
                yield over
                continue
            award = self._award_of(contract)
            reason = "Contract; it takes the place of its award." if award in awards else "Contract."
            yield from self._figure(
                part,
                "contracted",
                contract.get("value"),
                contract.get("dateSigned"),
                contract.get("period") or {},
                reason,
                related=award if award in usable else None,
                relation="supersedes",
            )

    def transactions(self, contracts: set[Key]) -> Iterator[Figure | Unused]:
        for within, contract in self._entries("contracts", "contract"):
            listed = (contract.get("implementation") or {}).get("transactions") or []
            for number, transaction in enumerate(listed, start=1):
                key = ("transaction", *within.key[1:], transaction.get("id") or "")
                name = f"{within.name}, transaction {transaction.get('id') or number}"
                part = _Part(key, name, transaction, within.scope)
                payer, named = self.payer, _named(transaction.get("payer") or {}, self.parties)
                if named.get("name"):
                    payer = Payer(named["name"], "" if same(named, self.buyer) else "unknown")
                yield from self._figure(
                    part,
                    "spent",
                    transaction.get("value") or transaction.get("amount"),
                    transaction.get("date"),
                    {},
                    "Payment; each is paid for itself.",
                    payer=payer,
                    related=within.key if within.key in contracts else None,
                    relation="part_of",
                )

    # What they share

    def _figure(
        self,
        part: _Part,
        stage: str,
        value: Mapping[str, Any] | None,
        dated: str | None,
        period: Mapping[str, Any],
        reason: str,
        *,
        note: str = "",
        counted: bool = True,
        payer: Payer | None = None,
        related: Key | None = None,
        relation: str = "none",
    ) -> Iterator[Figure | Unused]:
        ceiling = self.framework and stage in ("estimated", "contracted")
        stated = self.process.stated.get(part.key, self.process.latest)
        try:
            if part.key[-1] == "" and self.process.releases > 1:
                raise _Unusable("It has no id, so it cannot be told from what other releases state.")
            amount, currency = _money(value)
            when = self._dated(dated, stated)
        except _Unusable as error:
            yield self._unused(part, str(error))
            return
        start, end = planned_day(period.get("startDate")), planned_day(period.get("endDate"))
        if start and end and start > end:
            start = end = ""
        status = part.entry.get("status")
        yield Figure(
            key=part.key,
            stage=stage,
            amount=amount,
            currency=currency,
            dated=when,
            period_start=start,
            period_end=end,
            basis="ceiling" if ceiling else "total",
            scope=part.scope,
            counted=counted and not ceiling,
            relation=relation if related else "none",
            related=related,
            reason=_CEILING if ceiling and counted else reason,
            overlaps=self._overlaps(),
            note=" ".join(
                text
                for text in (
                    _titled(part),
                    f"Status: {status}." if status else "",
                    f"{note}." if note else "",
                    "" if dated else "Dated by the release that stated it.",
                )
                if text
            ),
            payer=payer or self.payer,
            stated=stated,
        )

    def _award_figure(self, part: _Part, award: Mapping[str, Any]) -> Iterator[Figure | Unused]:
        return self._figure(part, "contracted", award.get("value"), award.get("date"), {}, "")

    def _dated(self, text: str | None, stated: Stated) -> str:
        try:
            when = day(text, self.today) if text else stated.date
        except BadDate as error:
            raise _Unusable(f"Its date {error}.") from None
        if not when:
            raise _Unusable("It has no date, and neither has its release.")
        return when

    def _entries(self, name: str, kind: str) -> Iterator[tuple[_Part, Mapping[str, Any]]]:
        """The awards or contracts that are about AI. Of a process that is about AI as a whole, all are."""
        for number, entry in enumerate(self.release.get(name) or [], start=1):
            key = (kind, entry.get("id") or "")
            part = _Part(key, f"{kind} {entry.get('id') or number}", entry, self._scope(key, entry))
            if self._concerned(key, entry):
                yield part, entry

    def _concerned(self, key: Key, entry: Mapping[str, Any]) -> bool:
        if self.whole or key in self.matched or ("item", "") in self.matched:
            return True
        lots = {("lot", lot) for lot in entry.get("relatedLots") or []}
        if lots:
            return bool(lots & self.matched)
        award = self._award_of(entry) if key[0] == "contract" else None
        for other in self.release.get("awards") or []:
            if award == ("award", other.get("id")):
                return self._concerned(award, other)
        # It names no lots, so it may be for all of them.
        return any(part[0] == "lot" for part in self.matched)

    def _scope(self, key: Key, entry: Mapping[str, Any]) -> str:
        """`ai` where the name of the whole says so, or that of the part, or of each of its lots."""
        if ("process",) in self.titled or key in self.titled:
            return "ai"
        lots = {("lot", lot) for lot in entry.get("relatedLots") or []}
        return "ai" if lots and lots <= self.titled else "broader"

    def _scope_of_whole(self) -> str:
        return "ai" if ("process",) in self.titled else "broader"

    def _over(self, part: _Part) -> Unused | None:
        status = part.entry.get("status")
        if status in _OVER:
            return self._unused(part, f"The {part.key[0]} is {status}.")
        if status == _NOT_YET:
            return self._unused(part, f"The {part.key[0]} is pending, so not in force.")
        return None

    def _award_of(self, contract: Mapping[str, Any]) -> Key | None:
        """The award that a contract follows: the one that it names, else the only one; None where that is not clear."""
        awards = [("award", award.get("id") or "") for award in self.release.get("awards") or []]
        named = ("award", contract.get("awardID") or "")
        if contract.get("awardID") and named in awards:
            return named
        return awards[0] if len(awards) == 1 else None

    def _payer(self) -> Payer:
        """The buyer, unless the release names others who fund it."""
        breakdown = ((self.release.get("planning") or {}).get("budget") or {}).get("budgetBreakdown") or []
        funders = [party for party in self.parties if "funder" in (party.get("roles") or [])]
        funders += [line["sourceParty"] for line in breakdown if line.get("sourceParty")]
        funders = [one for one in (_named(funder, self.parties) for funder in funders) if one.get("name")]
        if all(same(funder, self.buyer) for funder in funders):
            return Payer(self.buyer.get("name") or "")
        names = "; ".join(dict.fromkeys(funder["name"] for funder in funders))
        return Payer(names, "mixed" if any(same(funder, self.buyer) for funder in funders) else "unknown")

    def _overlaps(self) -> str:
        related = [
            f"{', '.join(one.get('relationship') or []) or 'related'}: {one['identifier']}"
            for one in self.release.get("relatedProcesses") or []
            if one.get("identifier")
        ]
        return f"Related processes: {'; '.join(related)}." if related else ""

    def _unused(self, part: _Part, reason: str) -> Unused:
        stated = self.process.stated.get(part.key, self.process.latest)
        return Unused(stated.place, reason, ocid=self.process.ocid, part=part.name)


def _money(value: Mapping[str, Any] | None) -> tuple[Decimal, str]:
    """The amount and currency of a value, checked."""
    if not value or value.get("amount") is None:
        raise _Unusable("It states no amount.")
    amount, currency = Decimal(value["amount"]), value.get("currency")
    if amount < 0:
        raise _Unusable(f"The amount {value['amount']} is negative.")
    if amount == 0:
        raise _Unusable("The amount is 0, which may mean that it is not known.")
    if amount != round(amount, _DECIMALS):
        raise _Unusable(f"The amount has more than {_DECIMALS} decimals.")
    if not currency:
        raise _Unusable("The amount has no currency.")
    if currency not in _CURRENCIES:
        raise _Unusable(f"{currency[:20]!r} is no currency of ISO 4217.")
    return amount, currency


def _titled(part: _Part) -> str:
    title = part.entry.get("title") or part.entry.get("project") or ""
    name = part.name[:1].upper() + part.name[1:]
    return f"{name}: “{plain_text(title)[:200]}”." if title else f"{name}."
