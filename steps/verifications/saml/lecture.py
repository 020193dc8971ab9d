"""L'assertion qu'un fichier porte : seule, dans un en-tête Security, une réponse SAML ou une enveloppe."""

from __future__ import annotations

from lxml import etree

from reports.constat import Constat
from simulators.dmp.xml import NS, enfants, nom_local
from steps.verifications.registre import verification
from steps.verifications.saml.nature import Nature
from steps.verifications.saml.regles import LISIBLE, PROFIL

_ASSERTION = f"{{{NS['saml']}}}Assertion"
_CHIFFREE = f"{{{NS['saml']}}}EncryptedAssertion"
_SAML_1 = "urn:oasis:names:tc:SAML:1.0:assertion"


@verification(LISIBLE)
def assertion_lisible(racine: etree._Element | None, defaut: str = "") -> Constat:
    """Le fichier se lit et porte au moins une assertion SAML 2.0 en clair. `defaut` : pourquoi il ne se lit pas."""
    if racine is None:
        return LISIBLE.enfreinte(
            "Le fichier ne peut pas être lu.", attendu="une assertion en XML bien formé, sans DTD", recu=defaut,
            ou="fichier",
        )  # fmt: skip
    nombre = len(assertions_de(racine))
    if nombre:
        return LISIBLE.respectee(recu=f"{nombre} assertion(s)", ou=nom_local(racine))
    if next(racine.iter(_CHIFFREE), None) is not None:
        return LISIBLE.sans_objet("L'assertion est chiffrée (EncryptedAssertion) : le banc ne peut pas la lire.")
    ancienne = next(racine.iter(f"{{{_SAML_1}}}Assertion"), None)
    recu = "une assertion SAML 1" if ancienne is not None else f"racine {racine.tag}, aucune assertion"
    return LISIBLE.enfreinte(
        "Le fichier ne porte aucune assertion SAML 2.0.", attendu=f"Assertion dans {NS['saml']}", recu=recu,
        ou=f"racine (ligne {racine.sourceline})",
    )  # fmt: skip


def assertions_de(racine: etree._Element) -> list[etree._Element]:
    """Assertions du fichier, dans l'ordre, sans celles qu'une autre assertion contient."""
    return [
        assertion
        for assertion in racine.iter(_ASSERTION)
        if not any(ancetre.tag == _ASSERTION for ancetre in assertion.iterancestors())
    ]


@verification(PROFIL)
def profil_connu(nature: Nature, assertion: etree._Element) -> Constat:
    """Le profil est celui d'un service que le banc connaît ; sinon seules les règles du standard sont jouées."""
    if nature is not Nature.AUTRE:
        return PROFIL.respectee(recu=nature.value, ou="Assertion/AttributeStatement")
    noms = [a.get("Name", "") for a in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS)]
    return PROFIL.a_regarder(
        "Ni VIHF ni assertion de professionnel INSi : seules les règles de SAML 2.0 sont jouées.",
        recu=", ".join(noms[:10]) or f"éléments {', '.join(nom_local(enfant) for enfant in enfants(assertion))}",
        ou="Assertion/AttributeStatement",
    )
