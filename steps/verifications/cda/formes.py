"""Règles de forme de l'en-tête d'un CDA : absences motivées, adresses, dates réelles, intervalles."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.xml import enfants
from steps.verifications.cda.chemins import chemin
from steps.verifications.cda.dates import apres, ts_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration minimale des documents CDA R2 (IG-document-core), en-tête"
NULS_ADMIS = frozenset({"UNK", "NASK", "ASKU", "NAV", "MSK"})
USAGES = frozenset({"H", "HP", "HV", "WP", "TMP"})
# Éléments de l'en-tête dont l'absence ne se motive pas.
SANS_NUL = frozenset(
    {
        "realmCode", "typeId", "templateId", "id", "code", "title", "effectiveTime", "confidentialityCode",
        "languageCode", "setId", "versionNumber", "recordTarget", "author", "custodian", "legalAuthenticator",
        "documentationOf", "componentOf", "relatedDocument", "patientRole", "assignedAuthor", "assignedCustodian",
        "representedCustodianOrganization", "signatureCode",
    }
)  # fmt: skip
_PROPRES_AU_DOCUMENT = frozenset({"id", "code", "title", "effectiveTime", "setId"})
_DATES = frozenset({"time", "low", "high", "center", "effectiveTime", "birthTime", "copyTime"})

CONSTATS_MAX = 30
"""Constats d'une même règle sur un document : au-delà, la suite n'apprend plus rien."""
NUL = Regle(
    "CDA-ENT-19", "Une absence de l'en-tête est permise et motivée comme le guide l'admet", _GUIDE,
    Confiance.OFFICIELLE, "Renseigner l'élément, ou employer UNK, NASK, ASKU, NAV ou MSK là où le guide le permet.",
)  # fmt: skip
REELLES = Regle(
    "CDA-ENT-20", "Les dates de l'en-tête désignent des jours et des heures qui existent",
    "HL7 CDA R2 (2005), type TS", Confiance.DOCUMENTEE,
    "Écrire AAAAMMJJ[hhmm[ss]][+hhmm], avec une date du calendrier.",
)  # fmt: skip
DECALAGE_COMPLET = Regle(
    "CDA-ENT-21", "Un décalage horaire s'écrit sur quatre chiffres", "HL7 CDA R2 (2005), type TS",
    Confiance.DEDUITE, "Écrire +0100 et non +100.",
)  # fmt: skip
INTERVALLE = Regle(
    "CDA-ENT-22", "Une période commence avant de finir", "HL7 CDA R2 (2005), type IVL_TS (rapprochement du banc)",
    Confiance.DEDUITE, "Vérifier low et high de la période.",
)  # fmt: skip
LIBELLES = Regle(
    "CDA-ENT-24", "Les codes de l'en-tête portent leur libellé",
    "ANS, kit de validation CDA (octobre 2025), schématron de l'en-tête", Confiance.OFFICIELLE,
    "Ajouter displayName, avec le libellé de la nomenclature.",
)  # fmt: skip
_CODES_A_LIBELLE = frozenset({"confidentialityCode", "standardIndustryClassCode", "dischargeDispositionCode"})
_PORTEURS_DE_CODE = frozenset(
    {"assignedAuthor", "encompassingEncounter", "healthCareFacility", "relatedEntity", "associatedEntity"}
)
ADRESSE = Regle(
    "CDA-ACT-09", "Une adresse est structurée ou en lignes, jamais les deux", _GUIDE, Confiance.OFFICIELLE,
    "Garder streetAddressLine seul, ou les parties structurées seules.",
)  # fmt: skip
USAGE = Regle(
    "CDA-ACT-10", "L'usage d'une adresse est H, HP, HV, WP ou TMP", _GUIDE, Confiance.OFFICIELLE,
    "Écrire addr/@use parmi ces valeurs, ou l'omettre.",
)  # fmt: skip


def de_l_en_tete(document: etree._Element) -> Iterator[etree._Element]:
    """Tout élément de l'en-tête, à toute profondeur."""
    for enfant in enfants(document):
        if local(enfant) != "component":
            yield from enfant.iter("{*}*")


def local(element: etree._Element) -> str:
    """Nom local, lu dans l'étiquette : ces règles parcourent tout l'en-tête."""
    return element.tag.rpartition("}")[2]


@verification(NUL)
def absences(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les nullFlavor de l'en-tête sont permis là où ils sont.

    NA n'est pas dans la liste du guide, mais un tiers des exemples officiels l'emploie (participant, prise en charge) :
    il est signalé, sans effet sur le verdict.
    """
    constats: list[Constat] = []
    toleres: list[etree._Element] = []
    vus = 0
    for element in de_l_en_tete(document):
        nul = element.get("nullFlavor")
        if nul is None or len(constats) >= CONSTATS_MAX:
            continue
        vus += 1
        nom = local(element)
        if nom in SANS_NUL and (element.getparent() is document or nom not in _PROPRES_AU_DOCUMENT):
            constats.append(
                NUL.enfreinte(
                    f"{nom} ne peut pas être absent, même motivé.", attendu="une valeur", recu=f"nullFlavor={nul}",
                    ou=chemin(element), echanges=echanges,
                )
            )  # fmt: skip
        elif nul == "NA":
            toleres.append(element)
        elif nul not in NULS_ADMIS:
            constats.append(
                NUL.enfreinte(
                    f"Le motif d'absence {nul} n'est pas de ceux que le guide admet.",
                    attendu=", ".join(sorted(NULS_ADMIS)), recu=nul, ou=chemin(element), echanges=echanges,
                )
            )  # fmt: skip
    if toleres and not constats:
        constats.append(
            NUL.signalee(
                "Le motif d'absence NA n'est pas de ceux que le guide admet.",
                attendu=", ".join(sorted(NULS_ADMIS)), recu=f"NA ({len(toleres)} fois)", ou=chemin(toleres[0]),
                echanges=echanges,
            )
        )  # fmt: skip
    return constats[:CONSTATS_MAX] or [NUL.respectee(recu=f"{vus} absences motivées", ou="en-tête", echanges=echanges)]


@verification(REELLES, DECALAGE_COMPLET, INTERVALLE)
def dates(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les dates de l'en-tête existent, leur décalage est complet, les périodes vont dans le bon sens."""
    constats: list[Constat] = []
    vues = 0
    for element in de_l_en_tete(document):
        valeur = element.get("value")
        if valeur is None or local(element) not in _DATES or len(constats) >= CONSTATS_MAX:
            continue
        vues += 1
        # Une date de naissance peut être lunaire : mois ou jour inconnus, à zéro ou absents.
        lunaire = local(element) == "birthTime" and "00" in (valeur[4:6], valeur[6:8])
        if not ts_valide(valeur) and not lunaire:
            constats.append(
                REELLES.enfreinte(
                    "La date n'existe pas ou n'est pas lisible.", attendu="AAAAMMJJ[hhmm[ss]][+hhmm]", recu=valeur,
                    ou=chemin(element), echanges=echanges,
                )
            )  # fmt: skip
        elif _decalage_court(valeur):
            constats.append(
                DECALAGE_COMPLET.signalee(
                    "Le décalage horaire n'a pas quatre chiffres.", attendu="+hhmm", recu=valeur, ou=chemin(element),
                    echanges=echanges,
                )
            )  # fmt: skip
    fautives = {constat.code for constat in constats}
    respectees = [
        regle.respectee(recu=f"{vues} dates", ou="en-tête", echanges=echanges)
        for regle in (REELLES, DECALAGE_COMPLET)
        if regle.code not in fautives
    ]
    return constats + respectees + _periodes(document, echanges)


def _decalage_court(valeur: str) -> bool:
    return any(signe in valeur and len(valeur.partition(signe)[2]) < 4 for signe in "+-")


def _periodes(document: etree._Element, echanges: tuple[int, ...]) -> list[Constat]:
    inverses: list[str] = []
    for element in de_l_en_tete(document):
        if local(element) != "low" or inverses or (periode := element.getparent()) is None:
            continue
        fin = periode.find("{*}high")
        if fin is not None and apres(element.get("value", ""), fin.get("value", "")):
            inverses.append(chemin(periode))
    return [
        juger(
            INTERVALLE, not inverses, "Une période finit avant de commencer.", attendu="low au plus égal à high",
            recu=f"{len(inverses)} période inversée" if inverses else "périodes dans le bon sens",
            ou=inverses[0] if inverses else "en-tête", echanges=echanges,
        )
    ]  # fmt: skip


@verification(LIBELLES)
def libelles(document: etree._Element, echanges: tuple[int, ...] = ()) -> Constat:
    """Chaque code de l'en-tête dont le kit demande le libellé en a un ; celui du document a sa propre règle."""
    codes = [element for element in de_l_en_tete(document) if element.get("code") and _a_libelle(element)]
    muets = [element for element in codes if not element.get("displayName")]
    return juger(
        LIBELLES, not muets, "Un code de l'en-tête n'a pas de libellé.", attendu="displayName",
        recu=", ".join(element.get("code", "") for element in muets) or f"{len(codes)} codes avec libellé",
        ou=chemin(muets[0]) if muets else "en-tête", echanges=echanges,
    )  # fmt: skip


def _a_libelle(element: etree._Element) -> bool:
    nom, parent = local(element), element.getparent()
    return nom in _CODES_A_LIBELLE or (nom == "code" and parent is not None and local(parent) in _PORTEURS_DE_CODE)


@verification(ADRESSE, USAGE)
def adresses(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque adresse de l'en-tête a une seule forme et un usage permis."""
    toutes = [element for element in de_l_en_tete(document) if local(element) == "addr"]
    melees = [a for a in toutes if _melee(a)]
    usages = [a for a in toutes if not set(a.get("use", "").split()) <= USAGES]
    return [
        juger(
            ADRESSE, not melees, "Une adresse mêle lignes et parties structurées.",
            attendu="streetAddressLine ou des parties, pas les deux",
            recu=", ".join(local(p) for p in enfants(melees[0])) if melees else f"{len(toutes)} adresses",
            ou=chemin(melees[0]) if melees else "en-tête", echanges=echanges,
        ),
        juger(
            USAGE, not usages, "L'usage d'une adresse n'est pas de ceux que le guide admet.",
            attendu=", ".join(sorted(USAGES)),
            recu=", ".join(a.get("use", "") for a in usages) or f"{len(toutes)} adresses",
            ou=chemin(usages[0]) if usages else "en-tête", echanges=echanges,
        ),
    ]  # fmt: skip


def _melee(adresse: etree._Element) -> bool:
    parties = {local(partie) for partie in enfants(adresse)} - {"useablePeriod", "delimiter"}
    return "streetAddressLine" in parties and len(parties) > 1
