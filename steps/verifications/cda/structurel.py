"""Les règles de structure d'un CDA, établies par `structure` : ce que le schéma officiel refuserait, sans lui."""

from __future__ import annotations

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.structure import Ecart, Sujet, ecarts
from steps.verifications.registre import verification

_MODELE = "HL7 CDA R2 (2005), modèle POCD_HD000040 ; ANS, kit de validation CDA (octobre 2025), CDA_extended.xsd"
_CORRIGER = "Corriger la production du document : le schéma CDA_extended.xsd de l'ANS le refuse."

PLACE = Regle(
    "CDA-STR-01", "Chaque élément existe dans le modèle et vient à sa place", _MODELE, Confiance.DOCUMENTEE,
    f"Suivre l'ordre du modèle et n'écrire que ses éléments. {_CORRIGER}",
)  # fmt: skip
NOMBRE = Regle(
    "CDA-STR-02", "Chaque élément obligatoire est là, et aucun de trop", _MODELE, Confiance.DOCUMENTEE,
    f"Ajouter l'élément manquant ou retirer celui de trop. {_CORRIGER}",
)  # fmt: skip
ATTRIBUT = Regle(
    "CDA-STR-03", "Chaque attribut existe, et les obligatoires sont là", _MODELE, Confiance.DOCUMENTEE,
    f"Ajouter l'attribut manquant ou retirer celui de trop. {_CORRIGER}",
)  # fmt: skip
VALEUR = Regle(
    "CDA-STR-04", "Dates, OID, booléens, nombres et codes sont bien formés", _MODELE, Confiance.DOCUMENTEE,
    f"Écrire la valeur dans la forme de son type HL7. {_CORRIGER}",
)  # fmt: skip
TYPE = Regle(
    "CDA-STR-05", "Chaque valeur libre dit son type, et ce type existe", _MODELE, Confiance.DOCUMENTEE,
    f"Écrire xsi:type, avec le préfixe que le document donne à urn:hl7-org:v3. {_CORRIGER}",
)  # fmt: skip
ESPACE = Regle(
    "CDA-STR-06", "Les extensions sont celles que le schéma étendu admet", _MODELE, Confiance.DOCUMENTEE,
    f"Retirer l'élément d'un autre espace de noms. {_CORRIGER}",
)  # fmt: skip
_REGLES = {
    Sujet.PLACE: PLACE, Sujet.NOMBRE: NOMBRE, Sujet.ATTRIBUT: ATTRIBUT, Sujet.VALEUR: VALEUR, Sujet.TYPE: TYPE,
    Sujet.ESPACE: ESPACE,
}  # fmt: skip


@verification(PLACE, NOMBRE, ATTRIBUT, VALEUR, TYPE, ESPACE)
def structure(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le document suit le modèle de CDA R2 : éléments, nombres, attributs, valeurs simples."""
    trouves = ecarts(document)
    constats = [_constat(ecart, echanges) for ecart in trouves]
    enfreintes = {ecart.sujet for ecart in trouves}
    return constats + [
        regle.respectee(ou="ClinicalDocument", echanges=echanges)
        for sujet, regle in _REGLES.items()
        if sujet not in enfreintes
    ]


def _constat(ecart: Ecart, echanges: tuple[int, ...]) -> Constat:
    return _REGLES[ecart.sujet].enfreinte(
        ecart.message, attendu=ecart.attendu, recu=ecart.recu, ou=ecart.ou, echanges=echanges
    )
