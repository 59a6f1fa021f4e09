"""Why something cannot be priced: a code for tests and doors, a sentence for people."""


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation; the door that shows the refusal translates it."""
    return message


class RatingRefused(ValueError):
    """Nothing was priced. Doors show `gettext(message) % params`; str() is the English sentence."""

    def __init__(self, message: str, *, code: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.code = code
        self.params = params


class TariffRefused(RatingRefused):
    """The definition of a tariff contradicts itself or says something the engine does not know."""


class UsageRefused(RatingRefused):
    """The readings or the facts of the account cannot be priced with this tariff."""


class CaseRefused(RatingRefused):
    """The case file cannot be quoted."""
