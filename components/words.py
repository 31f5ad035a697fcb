"""Words for codes that have no label in the descriptor: who pays, and how a dispute stands.

They are marked for the catalogues: whoever shows one says `_(…)`.
"""

from __future__ import annotations

from ledger.language import N_

#: Whose money a figure is.
MONEY = {
    "public": N_("public money"),
    "mixed": N_("mixed public and private money"),
    "private": N_("private money"),
    "unknown": N_("payer unknown"),
}
#: The payer in a word.
PAYERS = {"public": N_("public"), "mixed": N_("mixed"), "private": N_("private"), "unknown": N_("unknown")}
#: How a dispute stands.
DISPUTES = {"open": N_("open"), "conceded": N_("conceded"), "withdrawn": N_("withdrawn")}
#: How a thread of claims stands.
THREADS = {**DISPUTES, "answered": N_("answered"), "undisputed": N_("undisputed")}
#: The same beside the fact that it is about.
DISPUTED = {
    "open": N_("disputed: open"),
    "conceded": N_("disputed: conceded"),
    "withdrawn": N_("disputed: withdrawn"),
}
#: The same of the origin of a model and of the status of an initiative.
ORIGIN_DISPUTED = {
    "open": N_("origin disputed: open"),
    "conceded": N_("origin disputed: conceded"),
    "withdrawn": N_("origin disputed: withdrawn"),
}
STATUS_DISPUTED = {
    "open": N_("status disputed: open"),
    "conceded": N_("status disputed: conceded"),
    "withdrawn": N_("status disputed: withdrawn"),
}
