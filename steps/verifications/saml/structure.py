"""Ce que l'assertion contient sous ses grandes parties : éléments, attributs et instants du schéma SAML 2.0."""

from __future__ import annotations

from datetime import timedelta

from lxml import etree

from reports.constat import Constat
from simulators.dmp.xml import NS
from steps.verifications.cda.jugement import juger
from steps.verifications.grammaire import LIBRE, TEXTE, Forme, ecarts, grammaire
from steps.verifications.registre import verification
from steps.verifications.saml.instants import instant_utc
from steps.verifications.saml.regles import AUTHENTIFICATION, INSTANTS, STRUCTURE

_OU = "Assertion"
_DERIVE = timedelta(seconds=60)
_NOMME = Forme(TEXTE, "NameQualifier SPNameQualifier Format SPProvidedID")
_DECLARATION = "(AuthnContextDecl |AuthnContextDeclRef )"
_IDENTITE = "(BaseID |NameID |EncryptedID )"
_TABLE = grammaire(
    "saml",
    {
        "Issuer": _NOMME,
        "NameID": _NOMME,
        "Subject": Forme(f"({_IDENTITE}(SubjectConfirmation )*|(SubjectConfirmation )+)"),
        "SubjectConfirmation": Forme(f"{_IDENTITE}?(SubjectConfirmationData )?", requis="Method"),
        "Conditions": Forme(
            "(Condition |AudienceRestriction |OneTimeUse |ProxyRestriction )*", "NotBefore NotOnOrAfter"
        ),
        "AudienceRestriction": Forme("(Audience )+"),
        "Audience": Forme(),
        "OneTimeUse": Forme(),
        "ProxyRestriction": Forme("(Audience )*", "Count"),
        "AuthnStatement": Forme(
            "(SubjectLocality )?AuthnContext ", "SessionIndex SessionNotOnOrAfter", "AuthnInstant"
        ),
        "SubjectLocality": Forme(TEXTE, "Address DNSName"),
        "AuthnContext": Forme(f"(AuthnContextClassRef {_DECLARATION}?|{_DECLARATION})(AuthenticatingAuthority )*"),
        "AuthnContextClassRef": Forme(),
        "AuthnContextDeclRef": Forme(),
        "AuthenticatingAuthority": Forme(),
        "AttributeStatement": Forme("(Attribute |EncryptedAttribute )+"),
        "Attribute": Forme("(AttributeValue )*", "NameFormat FriendlyName", "Name", ouvert=True),
    },
)  # fmt: skip
_RACINE = grammaire("saml", {"Assertion": Forme(LIBRE, requis="Version ID IssueInstant")})
_NOMS = {NS["saml"]: "", NS["ds"]: "ds:"}


@verification(STRUCTURE)
def structure(assertion: etree._Element) -> Constat:
    """Sous l'assertion, rien que le schéma ne prévoie : ni élément, ni attribut, ni répétition."""
    faux = list(ecarts(assertion, _RACINE, _NOMS))
    for enfant in assertion:
        if isinstance(enfant.tag, str):
            faux += ecarts(enfant, _TABLE, _NOMS)
    return juger(
        STRUCTURE, not faux, "L'assertion n'a pas la structure du schéma SAML 2.0.",
        attendu="les éléments et les attributs du schéma de l'assertion, dans son espace de noms",
        recu=" ; ".join(faux) or "conforme à la table du banc", ou=_OU,
    )  # fmt: skip


@verification(INSTANTS, AUTHENTIFICATION)
def authentification(assertion: etree._Element) -> list[Constat]:
    """Les instants d'authentification se lisent en temps universel ; elle précède l'émission de l'assertion."""
    declarations = assertion.findall("saml:AuthnStatement", NS)
    if not declarations:
        return []
    textes = [
        (nom, valeur)
        for declaration in declarations
        for nom in ("AuthnInstant", "SessionNotOnOrAfter")
        if (valeur := declaration.get(nom)) is not None
    ]
    faux = [f"{nom} « {valeur} »" for nom, valeur in textes if instant_utc(valeur) is None]
    constats = [
        juger(
            INSTANTS, not faux, "Un instant d'authentification n'est pas un instant en temps universel.",
            attendu="AAAA-MM-JJThh:mm:ssZ", recu=", ".join(faux) or ", ".join(f"{nom} {v}" for nom, v in textes),
            ou=f"{_OU}/AuthnStatement",
        )
    ]  # fmt: skip
    emission = instant_utc(assertion.get("IssueInstant", ""))
    lus = [instant for declaration in declarations if (instant := instant_utc(declaration.get("AuthnInstant", "")))]
    if emission is None or not lus:
        return constats
    return [
        *constats,
        juger(
            AUTHENTIFICATION, max(lus) <= emission + _DERIVE, "L'authentification est postérieure à l'assertion.",
            attendu=f"AuthnInstant avant {assertion.get('IssueInstant')} (écart admis {_DERIVE.seconds} s)",
            recu=", ".join(f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in lus), ou=f"{_OU}/AuthnStatement",
        ),
    ]  # fmt: skip
