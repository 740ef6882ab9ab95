"""The keys of publiccode.yml 0.7.0 (publiccodeyml/publiccode.yml, docs/standard/schema.core.rst)."""

from __future__ import annotations

from registry.inspection.publiccode import rules, vocabulary
from registry.inspection.shapes import Flag, Items, Key, Section, Table, Text, needed


def _old(instead_de: str, instead_en: str) -> dict[str, str]:
    return {"advice_de": instead_de, "advice_en": instead_en}


_DROP = _old("Lassen Sie ihn weg.", "Leave it out.")
TEXT, WEB = Text(), Text(rules.web)
LOGO, PICTURE = Text(rules.file(".svg", ".svgz", ".png")), Text(rules.file(".png", ".jpg", ".jpeg"))

#: `longDescription` and `features` are needed in one language at least, so they are checked apart.
DESCRIPTION = Section(
    {
        "localisedName": Key(TEXT),
        "genericName": Key(Text(most=35), old=_DROP),
        "shortDescription": needed(Text(most=150)),
        "longDescription": Key(Text(least=150, most=10_000)),
        "documentation": Key(WEB),
        "apiDocumentation": Key(WEB),
        "features": Key(Items(TEXT)),
        "screenshots": Key(Items(PICTURE)),
        "videos": Key(Items(Text(rules.video))),
        "awards": Key(Items(TEXT)),
    }
)
CONTRACTOR = Section(
    {
        "name": needed(TEXT),
        "until": needed(Text(rules.date)),
        "email": Key(Text(rules.email)),
        "website": Key(WEB),
    }
)
CONTACT = Section({"name": needed(TEXT), "email": Key(Text(rules.email)), "phone": Key(TEXT), "affiliation": Key(TEXT)})
DEPENDENCY = Section(
    {
        "name": needed(TEXT),
        "versionMin": Key(TEXT),
        "versionMax": Key(TEXT),
        "version": Key(TEXT),
        "optional": Key(Flag()),
    }
)
FUNDER = Section({"name": needed(TEXT), "uri": Key(Text(rules.uri))})

ITALY = Section(
    {
        "countryExtensionVersion": Key(Text(choices=("0.2", "1.0"))),
        "conforme": Key(
            Section(
                {
                    name: Key(Flag())
                    for name in (
                        "lineeGuidaDesign",
                        "modelloInteroperabilita",
                        "misureMinimeSicurezza",
                        "gdpr",
                    )
                }
            )
        ),
        "riuso": Key(Section({"codiceIPA": Key(TEXT)})),
        "piattaforme": Key(Section({name: Key(Flag()) for name in ("spid", "pagopa", "cie", "anpr", "io")})),
    }
)
GERMANY = Section(
    {
        "countryExtensionVersion": Key(TEXT),
        "leika": Key(
            Items(
                Section(
                    {
                        "themenfeld": Key(TEXT),
                        "lebenslage": Key(TEXT),
                        "ozg-id": Key(TEXT),
                        "leika-id": needed(Text(rules.leika)),
                    }
                )
            )
        ),
    }
)
COUNTRY_SECTIONS = {"it": ITALY, "IT": ITALY, "de": GERMANY, "DE": GERMANY}

PUBLICCODE = Section(
    {
        # Checked first and apart, because an unquoted or unknown one says more than a wrong type.
        "publiccodeYmlVersion": needed(TEXT),
        "name": needed(TEXT),
        "applicationSuite": Key(TEXT),
        "url": needed(Text(rules.url)),
        "landingURL": Key(WEB),
        "isBasedOn": Key(Items(Text(rules.url), or_one=True)),
        "softwareVersion": Key(TEXT),
        "releaseDate": Key(Text(rules.date)),
        "logo": Key(LOGO),
        "monochromeLogo": Key(LOGO, old=_old("Nehmen Sie „logo“.", "Use “logo”.")),
        "inputTypes": Key(Items(Text(rules.mime_type)), old=_DROP),
        "outputTypes": Key(Items(Text(rules.mime_type)), old=_DROP),
        "platforms": needed(Items(TEXT, or_one=True)),
        "categories": Key(Items(Text(choices=vocabulary.CATEGORIES))),
        "usedBy": Key(Items(TEXT)),
        "fundedBy": Key(Items(FUNDER)),
        "roadmap": Key(WEB),
        "developmentStatus": needed(Text(choices=vocabulary.DEVELOPMENT_STATUS)),
        "softwareType": needed(Text(choices=vocabulary.SOFTWARE_TYPES)),
        "supports": Key(Items(Section({"id": needed(Text(rules.support))}))),
        "organisation": Key(Section({"uri": needed(Text(rules.uri)), "name": Key(TEXT)})),
        "intendedAudience": Key(
            Section(
                {
                    "countries": Key(Items(Text(rules.country))),
                    "unsupportedCountries": Key(Items(Text(rules.country))),
                    "scope": Key(Items(Text(choices=vocabulary.SCOPES))),
                }
            )
        ),
        "description": needed(Table(rules.language, DESCRIPTION)),
        "legal": needed(
            Section(
                {
                    "license": needed(Text(rules.spdx)),
                    "mainCopyrightOwner": Key(TEXT),
                    "repoOwner": Key(TEXT, old=_old("Nehmen Sie „organisation.name“.", "Use “organisation.name”.")),
                    "authorsFile": Key(Text(rules.file()), old=_DROP),
                }
            )
        ),
        "maintenance": needed(
            Section(
                {
                    "type": needed(Text(choices=vocabulary.MAINTENANCE_TYPES)),
                    "contractors": Key(Items(CONTRACTOR)),
                    "contacts": Key(Items(CONTACT)),
                }
            )
        ),
        "localisation": needed(
            Section(
                {
                    "localisationReady": needed(Flag()),
                    "availableLanguages": needed(Items(Text(rules.available_language))),
                }
            )
        ),
        "dependsOn": Key(Section({name: Key(Items(DEPENDENCY)) for name in ("open", "proprietary", "hardware")})),
        **{country: Key(shape) for country, shape in COUNTRY_SECTIONS.items()},
    }
)
