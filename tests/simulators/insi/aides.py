"""Fabrique de messages INSi pour les essais, écrite sans le code du simulateur."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import requests
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from simulators.socle.identites import IdentiteTest
from simulators.socle.pki import Identifiants

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
RESULTAT = "{http://www.cnamts.fr/INSiResultat}"
ACTIONS = "urn:ServiceIdentiteCertifiee:1.0.0:"
TRAITS = "rechercherInsAvecTraitsIdentite"
CARTE = "rechercherInsAvecCarteVitale"
VERIFICATION = "verifierInsAvecTraitsIdentite"
EMETTEUR = "1990000001"


def maintenant(decalage: timedelta = timedelta()) -> str:
    """Heure UTC à la milliseconde, comme les clients l'écrivent."""
    return (datetime.now(UTC) + decalage).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def bam(*, temps: str | None = None, identifiant: str | None = None, emetteur: str = EMETTEUR) -> str:
    """ContexteBAM d'une recherche par traits."""
    return (
        '<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Nature="CTXBAM" Version="01_02">'
        f"<b:Id>{identifiant or uuid.uuid4()}</b:Id><b:Temps>{temps or maintenant()}</b:Temps>"
        f"<b:Emetteur>{emetteur}</b:Emetteur><b:COUVERTURE/></b:ContexteBAM>"
    )


def lps(
    *,
    temps: str | None = None,
    identifiant: str | None = None,
    emetteur: str = EMETTEUR,
    idam: str = "SIMAUT000001",
    instance: str = "0a0b0c0d-0000-4000-8000-000000000001",
    nom: str = "urn:lps:banc:1.0",
) -> str:
    """ContexteLPS."""
    return (
        '<l:ContexteLPS xmlns:l="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00">'
        f"<l:Id>{identifiant or uuid.uuid4()}</l:Id><l:Temps>{temps or maintenant()}</l:Temps>"
        f'<l:Emetteur>{emetteur}</l:Emetteur><l:LPS><l:IDAM R="4">{idam}</l:IDAM><l:Version>1.0</l:Version>'
        f"<l:Instance>{instance}</l:Instance><l:Nom>{nom}</l:Nom></l:LPS></l:ContexteLPS>"
    )


def traits(nom: str | None, prenom: str | None, sexe: str | None, date: str | None, lieu: str | None = None) -> str:
    """Corps d'une recherche par traits ; None retire l'élément."""
    elements = (("NomNaissance", nom), ("Prenom", prenom), ("Sexe", sexe), ("DateNaissance", date))
    contenu = "".join(f"<q:{n}>{v}</q:{n}>" for n, v in (*elements, ("LieuNaissance", lieu)) if v is not None)
    return f'<q:RECSANSVITALE xmlns:q="http://www.cnamts.fr/INSiRecSans">{contenu}</q:RECSANSVITALE>'


def traits_de(identite: IdentiteTest, *, prenom: str | None = None, lieu: str | None = None) -> str:
    """Corps d'une recherche par les traits d'une identité de test."""
    return traits(
        identite.nom_naissance,
        prenom or identite.prenom_reconnu or identite.prenoms[0],
        identite.sexe,
        identite.date_naissance,
        lieu,
    )


def carte(*, individu: str | None = None, assure: str | None = None, date: str, nom: str = "", rang: str = "1") -> str:
    """Corps d'une recherche par carte Vitale."""
    blocs = "".join(
        f"<q:{nom_bloc}><q:NumIdentifiant>{numero}</q:NumIdentifiant></q:{nom_bloc}>"
        for nom_bloc, numero in (("MatriculeIndividu", individu), ("MatriculeOD", assure))
        if numero
    )
    nom_naissance = f"<q:NomNaissance>{nom}</q:NomNaissance>" if nom else ""
    return (
        f'<q:RECVITALE xmlns:q="http://www.cnamts.fr/INSiRecVit">{blocs}{nom_naissance}'
        f"<q:DateNaissance>{date}</q:DateNaissance><q:RangNaissance>{rang}</q:RangNaissance></q:RECVITALE>"
    )


def verification(identite: IdentiteTest, *, oid: str | None = None, nom: str | None = None) -> str:
    """Corps d'une vérification unitaire (forme non normative)."""
    return (
        '<v:IndividuVerifie xmlns:v="http://www.cnamts.fr/INSiLot2/REQUnitaire"><v:INSFourni><v:IdIndividu>'
        f"<v:NumIdentifiant>{identite.matricule}</v:NumIdentifiant><v:Cle>{identite.cle}</v:Cle></v:IdIndividu>"
        f"<v:OID>{oid or identite.oid}</v:OID></v:INSFourni><v:TraitsIdentiteIndividu>"
        f"<v:NomNaissance>{nom or identite.nom_naissance}</v:NomNaissance>"
        f"<v:ListePrenom>{' '.join(identite.prenoms)}</v:ListePrenom><v:Sexe>{identite.sexe}</v:Sexe>"
        f"<v:DateNaissance>{identite.date_naissance}</v:DateNaissance></v:TraitsIdentiteIndividu></v:IndividuVerifie>"
    )


def enveloppe(
    corps: str,
    *,
    operation: str = TRAITS,
    entetes: str | None = None,
    securite: str = "",
    message_id: str | None = None,
    soap: str = SOAP,
) -> bytes:
    """Message complet."""
    blocs = entetes if entetes is not None else bam() + lps()
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:wsa="http://www.w3.org/2005/08/addressing"><s:Header>{blocs}'
        f"<wsa:Action>{ACTIONS}{operation}</wsa:Action>"
        f"<wsa:MessageID>{message_id or f'uuid:{uuid.uuid4()}'}</wsa:MessageID>{securite}</s:Header>"
        f"<s:Body>{corps}</s:Body></s:Envelope>"
    ).encode()


def assertion(
    *,
    name_id: str,
    emetteur: str,
    qualifiant: str = "CPS",
    emission: str | None = None,
    identifiant: str | None = None,
    attributs: dict[str, str] | None = None,
) -> etree._Element:
    """Assertion SAML 2.0, non signée."""
    valeurs = attributs if attributs is not None else {"identifiantFacturation": "990000001", "secteurActivite": "SA25"}
    lignes = "".join(
        f'<saml:Attribute Name="{nom}"><saml:AttributeValue>{valeur}</saml:AttributeValue></saml:Attribute>'
        for nom, valeur in valeurs.items()
    )
    return etree.fromstring(
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" '
        f'ID="{identifiant or f"_{uuid.uuid4()}"}" IssueInstant="{emission or maintenant()}">'
        f'<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">{emetteur}</saml:Issuer>'
        f'<saml:Subject><saml:NameID NameQualifier="{qualifiant}">{name_id}</saml:NameID></saml:Subject>'
        f"<saml:AttributeStatement>{lignes}</saml:AttributeStatement></saml:Assertion>"
    )


def signer(element: etree._Element, identifiants: Identifiants) -> etree._Element:
    """Signe l'assertion comme une carte CPx."""
    signataire = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signee = signataire.sign(
        element,
        key=identifiants.cle,
        cert=[identifiants.certificat],
        reference_uri=f"#{element.get('ID')}",
        id_attribute="ID",
    )
    assert isinstance(signee, etree._Element)
    return signee


def assertion_carte(identifiants: Identifiants, **choix: object) -> etree._Element:
    """Assertion signée du professionnel que désigne le certificat."""
    sujet = identifiants.certificat.subject
    nom_commun = next(str(a.value) for a in sujet if a.rfc4514_attribute_name == "CN")
    valeurs: dict[str, object] = {"name_id": nom_commun, "emetteur": sujet.rfc4514_string(), **choix}
    return signer(assertion(**valeurs), identifiants)  # type: ignore[arg-type]


def securite(*assertions: etree._Element) -> str:
    """En-tête wsse:Security."""
    contenu = "".join(etree.tostring(noeud, encoding="unicode") for noeud in assertions)
    espace = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    return f'<wsse:Security xmlns:wsse="{espace}">{contenu}</wsse:Security>'


def type_contenu(operation: str = TRAITS) -> str:
    """Type de contenu SOAP 1.2 avec son action."""
    return f'application/soap+xml; charset=utf-8; action="{ACTIONS}{operation}"'


def code_cr(reponse: requests.Response) -> str | None:
    """CodeCR d'une réponse."""
    return etree.fromstring(reponse.content).findtext(f".//{RESULTAT}CodeCR")


def faute(reponse: requests.Response) -> str:
    """Code de la faute du téléservice, à défaut le rôle SOAP."""
    racine = etree.fromstring(reponse.content)
    erreur = racine.find(".//{urn:siram}Erreur")
    if erreur is not None:
        return erreur.get("code", "")
    return (racine.findtext(f".//{{{SOAP}}}Code/{{{SOAP}}}Value") or "").rpartition(":")[2]
