"""L'assertion elle-même : forme, ordre, validité, sujet, attributs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree

from reports.constat import Constat
from simulators.dmp.xml import NS, enfants, nom_local
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.saml.instants import instant_utc
from steps.verifications.saml.regles import ATTRIBUTS, COMMENTAIRES, CONDITIONS, FORME, ORDRE, SUJET, VALIDITE
from steps.verifications.saml.structure import authentification, structure

DERIVE = timedelta(seconds=60)
"""Écart d'horloge admis entre l'émetteur et le contrôle : choix du banc."""

_OU = "Assertion"
_NCNAME = re.compile(r"[^\W\d][\w.\-]*")
_ORDRE = ("Issuer", "Signature", "Subject", "Conditions", "Advice")
_DECLARATIONS = frozenset({"Statement", "AuthnStatement", "AuthzDecisionStatement", "AttributeStatement"})


@rejouable
def verifier_assertion(
    assertion: etree._Element, instant: datetime | None = None, *, profil: bool = False
) -> list[Constat]:
    """Tout ce que SAML 2.0 demande d'une assertion, signature exceptée. `instant` None : cohérence interne seulement.

    `profil` : les règles du DMP ou d'INSi jugent déjà version, ID et instant d'émission ; elles ne sont pas redites.
    """
    return [
        *([] if profil else [forme(assertion)]),
        ordre(assertion),
        structure(assertion),
        *authentification(assertion),
        sujet(assertion),
        commentaires(assertion),
        attributs(assertion),
        *validite(assertion, instant),
    ]


@verification(FORME)
def forme(assertion: etree._Element) -> Constat:
    """Version, ID et instant d'émission."""
    version, identifiant, emission = (assertion.get(nom, "") for nom in ("Version", "ID", "IssueInstant"))
    emise = instant_utc(emission)
    return juger(
        FORME, version == "2.0" and bool(_NCNAME.fullmatch(identifiant)) and emise is not None,
        "L'assertion n'a pas la version, l'ID ou l'instant d'émission attendus.",
        attendu="Version 2.0, ID (NCName), IssueInstant AAAA-MM-JJThh:mm:ssZ",
        recu=f"Version {version or 'absente'}, ID {identifiant or 'absent'}, IssueInstant {emission or 'absent'}",
        ou=_ligne(assertion),
    )  # fmt: skip


@verification(ORDRE)
def ordre(assertion: etree._Element) -> Constat:
    """Issuer en tête, puis les éléments du schéma dans leur ordre, chacun une fois."""
    noms = [nom_local(enfant) for enfant in enfants(assertion)]
    fixes = [nom for nom in noms if nom in _ORDRE]
    inconnus = [nom for nom in noms if nom not in _ORDRE and nom not in _DECLARATIONS]
    tete = noms[: len(fixes)]
    correct = (
        noms[:1] == ["Issuer"]
        and not inconnus
        and tete == fixes
        and fixes == [nom for nom in _ORDRE if nom in fixes]
        and _espaces_corrects(assertion)
    )
    return juger(
        ORDRE, correct, "Les éléments de l'assertion ne sont pas ceux du schéma, ou pas dans son ordre.",
        attendu="Issuer, Signature, Subject, Conditions, Advice, puis les déclarations", recu=", ".join(noms),
        ou=_ligne(assertion),
    )  # fmt: skip


def _espaces_corrects(assertion: etree._Element) -> bool:
    attendus = (NS["saml"], NS["ds"])
    return all(
        etree.QName(enfant).namespace == attendus[nom_local(enfant) == "Signature"] for enfant in enfants(assertion)
    )


@verification(SUJET)
def sujet(assertion: etree._Element) -> Constat:
    """Un NameID et un seul, non vide."""
    noms = assertion.findall("saml:Subject/saml:NameID", NS)
    valeurs = ["".join(map(str, nom.itertext())).strip(" \t\r\n") for nom in noms]
    return juger(
        SUJET, len(valeurs) == 1 and bool(valeurs[0]), "Le sujet n'est pas désigné par un NameID et un seul.",
        attendu="Subject/NameID, une fois, non vide", recu=", ".join(valeurs) or f"{len(noms)} NameID",
        ou=f"{_OU}/Subject",
    )  # fmt: skip


@verification(COMMENTAIRES)
def commentaires(assertion: etree._Element) -> Constat:
    """Les valeurs qui disent l'identité sont d'un seul tenant."""
    coupees = [
        element
        for element in _valeurs(assertion)
        if any(not isinstance(enfant.tag, str) for enfant in element.iterdescendants())
    ]
    return juger(
        COMMENTAIRES, not coupees, "Un commentaire ou une instruction coupe une valeur de l'assertion.",
        attendu="du texte d'un seul tenant",
        recu=", ".join(f"{nom_local(element)} (ligne {element.sourceline})" for element in coupees) or "aucun",
        ou=", ".join(dict.fromkeys(f"{_OU}//{nom_local(element)}" for element in coupees)) or _OU,
    )  # fmt: skip


def _valeurs(assertion: etree._Element) -> Iterator[etree._Element]:
    yield from assertion.iterfind("saml:Issuer", NS)
    yield from assertion.iterfind("saml:Subject/saml:NameID", NS)
    yield from assertion.iterfind("saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef", NS)
    yield from assertion.iterfind("saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextDecl", NS)
    yield from assertion.iterfind("saml:AttributeStatement/saml:Attribute/saml:AttributeValue", NS)


@verification(ATTRIBUTS)
def attributs(assertion: etree._Element) -> Constat:
    """Aucun attribut sans nom, ni nommé deux fois : un lecteur prendrait l'un ou l'autre."""
    noms = Counter(a.get("Name", "") for a in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS))
    doubles = [nom or "(sans Name)" for nom, nombre in noms.items() if nombre > 1 or not nom]
    return juger(
        ATTRIBUTS, not doubles, "Un attribut est répété ou sans nom.", attendu="un Attribute par nom",
        recu=", ".join(doubles) or f"{len(noms)} attribut(s)", ou=f"{_OU}/AttributeStatement",
    )  # fmt: skip


@verification(CONDITIONS, VALIDITE)
def validite(assertion: etree._Element, instant: datetime | None) -> list[Constat]:
    """Les bornes se tiennent ; à `instant`, s'il est donné, l'assertion est valide."""
    bornes = [(chemin, element) for chemin, element in _porteurs(assertion)]
    emission = instant_utc(assertion.get("IssueInstant", ""))
    ecarts, hors, vues = [], [], []
    for chemin, element in bornes:
        textes = {nom: element.get(nom) for nom in ("NotBefore", "NotOnOrAfter") if element.get(nom) is not None}
        vues += [f"{chemin}/@{nom} {valeur}" for nom, valeur in textes.items()]
        lues = {nom: instant_utc(valeur or "") for nom, valeur in textes.items()}
        ecarts += [f"{chemin}/@{nom} illisible ({textes[nom]})" for nom, valeur in lues.items() if valeur is None]
        debut, fin = lues.get("NotBefore"), lues.get("NotOnOrAfter")
        if debut is not None and fin is not None and debut >= fin:
            ecarts.append(f"{chemin} : NotBefore {textes['NotBefore']} n'est pas avant NotOnOrAfter")
        if fin is not None and emission is not None and emission >= fin:
            ecarts.append(f"{chemin} : émise ({assertion.get('IssueInstant')}) après sa fin de validité")
        if instant is not None:
            hors += [f"{chemin}/@NotBefore {textes['NotBefore']}"] if debut and instant + DERIVE < debut else []
            hors += [f"{chemin}/@NotOnOrAfter {textes['NotOnOrAfter']}"] if fin and instant - DERIVE >= fin else []
    constats = []
    if vues:
        constats.append(
            juger(
                CONDITIONS, not ecarts, "Les bornes de validité ne se tiennent pas.",
                attendu="NotBefore < NotOnOrAfter, IssueInstant avant la fin",
                recu=" ; ".join(ecarts or vues), ou=f"{_OU}/Conditions",
            )
        )  # fmt: skip
    if instant is not None and vues:
        constats.append(
            juger(
                VALIDITE, not hors, "L'assertion n'est pas valide à l'instant du contrôle.",
                attendu=f"valide le {instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} (écart admis {DERIVE.seconds} s)",
                recu=" ; ".join(hors or vues), ou=f"{_OU}/Conditions",
            )
        )  # fmt: skip
    return constats


def _porteurs(assertion: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for conditions in assertion.iterfind("saml:Conditions", NS):
        yield f"{_OU}/Conditions", conditions
    for donnees in assertion.iterfind("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS):
        yield f"{_OU}/Subject/SubjectConfirmation/SubjectConfirmationData", donnees


def _ligne(element: etree._Element) -> str:
    return f"{_OU} (ligne {element.sourceline})"
