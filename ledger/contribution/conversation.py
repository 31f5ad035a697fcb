"""Questions one after the other: each answer checked at once, and a way back from every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ledger.contribution.answers import Wrong, shown

T = TypeVar("T")

#: What may be answered to any question.
BACK, HELP = "<", "?"


class Left(Exception):
    """Somebody broke the conversation off (Ctrl+C, Ctrl+D)."""


class Unclear(Exception):
    """An answer that needs another one; the text says what was found and what to answer now."""


class _Back(Exception):
    """The question before is to be asked again."""


@dataclass
class Conversation:
    """What is asked and answered.

    Going back is going through the questions anew, with the answers given so far but the last one:
    so whoever asks needs to know nothing of it.

    Attributes:
        read: asks for a line and gives it; EOFError or KeyboardInterrupt where there is none.
        write: shows a line.
        keep: is called after each answer, so that what was typed is not lost.
    """

    read: Callable[[str], str]
    write: Callable[[str], None]
    keep: Callable[[], None]
    _answers: list[str] = field(default_factory=list)
    _place: int = 0

    def say(self, text: str = "") -> None:
        """Show a line, unless the questions that follow were answered before."""
        if self._place >= len(self._answers):
            self.write(text)

    def ask(self, question: str, accept: Callable[[str], str], *, explain: str, proposed: str = "") -> str:
        """The accepted answer to a question.

        Args:
            question: what is asked, in a few words.
            accept: the answer as it is kept; Wrong or Unclear where it is none.
            explain: what is shown for "?".
            proposed: what no answer stands for.

        Raises:
            Left: there is no answer any more.
        """
        if self._place < len(self._answers):
            self._place += 1
            return self._answers[self._place - 1]
        self.keep()
        while True:
            text = self._line(f"{question}{f' [{shown(proposed)}]' if proposed else ''}: ")
            if text == HELP:
                self.write(explain)
            elif text == BACK:
                self._back()
            else:
                try:
                    answer = accept(text or proposed)
                except Unclear as unclear:
                    self.write(str(unclear))
                except Wrong as wrong:
                    self.write(f"  {str(wrong)[0].upper()}{str(wrong)[1:]}")
                    proposed = wrong.guess or proposed
                else:
                    self._answers.append(answer)
                    self._place += 1
                    return answer

    def hold(self, questions: Callable[[], T]) -> T:
        """Ask what a function asks, from its beginning whenever somebody goes back."""
        while True:
            self._place = 0
            try:
                return questions()
            except _Back:
                self._answers.pop()

    def _line(self, prompt: str) -> str:
        try:
            return " ".join(self.read(prompt).split())
        except (EOFError, KeyboardInterrupt):
            raise Left from None

    def _back(self) -> None:
        if self._answers:
            raise _Back
        self.write("  This is the first question.")
