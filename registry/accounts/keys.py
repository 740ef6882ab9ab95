"""The official keys of German territory: Amtlicher Regionalschlüssel (ARS) and Gemeindeschlüssel (AGS).

ARS: Land 2, Regierungsbezirk 1, Kreis 2, Gemeindeverband 4, Gemeinde 3 digits. No digit checks the others.
"""

from registry.accounts.models import OrganisationKind

#: ISO 3166-2 codes of the Länder by the first two digits of the ARS.
STATES = {
    "01": "DE-SH",
    "02": "DE-HH",
    "03": "DE-NI",
    "04": "DE-HB",
    "05": "DE-NW",
    "06": "DE-HE",
    "07": "DE-RP",
    "08": "DE-BW",
    "09": "DE-BY",
    "10": "DE-SL",
    "11": "DE-BE",
    "12": "DE-BB",
    "13": "DE-MV",
    "14": "DE-SN",
    "15": "DE-ST",
    "16": "DE-TH",
}

#: How many digits an ARS has; kinds that are not named have none.
DIGITS = {OrganisationKind.MUNICIPALITY: 12, OrganisationKind.COUNTY: 5, OrganisationKind.STATE: 2}


def ags_of(ars: str) -> str:
    """Return the AGS that belongs to an ARS: the same without the Gemeindeverband."""
    return ars[:5] + ars[9:]


def state_of(ars: str) -> str | None:
    """Return the ISO 3166-2 code of the Land that an ARS lies in, None where there is no such Land."""
    return STATES.get(ars[:2])
