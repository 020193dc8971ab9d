"""Assertions SAML 2.0 d'un message : lecture, genre, et vérification de la signature sur les octets reçus."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration

from simulators.insi import espaces as e
from simulators.insi.lecture import enfants, sous_texte, texte
from simulators.socle.signature_xml import verifier


class Genre(StrEnum):
    """Ce qu'une assertion prouve."""

    PS = "carte"
    PSC = "psc"
    STRUCTURE = "structure"
    AUTRE = "autre"
    """Ni PS ni structure : peut être une assertion Vitale (WS_INS1), dont le contenu n'est pas public."""


class AssertionRefusee(ValueError):
    """Assertion ou signature qui ne peut pas être crue ; le message est en français."""


@dataclass(frozen=True, slots=True)
class AssertionLue:
    """Ce qu'une assertion dit, sans préjuger de sa signature."""

    element: etree._Element
    genre: Genre
    id: str | None
    version: str | None
    emission: str | None
    emetteur: str | None
    format_emetteur: str | None
    name_id: str | None
    qualifiant: str | None
    signee: bool
    attributs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureVerifiee:
    """Signature valide : l'assertion telle que signée (seule digne de foi) et le certificat du signataire."""

    assertion: AssertionLue
    certificat: x509.Certificate


@dataclass(frozen=True, slots=True)
class ProfilSignature:
    """Algorithmes annoncés par la signature."""

    canonicalisation: str | None
    signature: str | None
    condensat: str | None
    transformations: tuple[str, ...]
    references: tuple[str, ...]
    certificat: x509.Certificate | None


def lire_assertion(element: etree._Element) -> AssertionLue:
    """Lit une assertion ; n'échoue jamais."""
    sujet = element.find(e.nom_qualifie(e.SAML, "Subject"))
    name_id = None if sujet is None else sujet.find(e.nom_qualifie(e.SAML, "NameID"))
    emetteur = element.find(e.nom_qualifie(e.SAML, "Issuer"))
    qualifiant = None if name_id is None else name_id.get("NameQualifier")
    attributs = _attributs(element)
    return AssertionLue(
        element=element,
        genre=_genre(sujet, qualifiant, attributs),
        id=element.get("ID"),
        version=element.get("Version"),
        emission=element.get("IssueInstant"),
        emetteur=sous_texte(element, e.SAML, "Issuer"),
        format_emetteur=None if emetteur is None else emetteur.get("Format"),
        name_id=None if name_id is None else texte(name_id),
        qualifiant=qualifiant,
        signee=element.find(e.nom_qualifie(e.DS, "Signature")) is not None,
        attributs=attributs,
    )


def _attributs(element: etree._Element) -> dict[str, tuple[str, ...]]:
    return {
        attribut.get("Name", ""): tuple(texte(valeur) for valeur in enfants(attribut))
        for attribut in element.iterfind(
            f"{e.nom_qualifie(e.SAML, 'AttributeStatement')}/{e.nom_qualifie(e.SAML, 'Attribute')}"
        )
    }


def _genre(sujet: etree._Element | None, qualifiant: str | None, attributs: Mapping[str, object]) -> Genre:
    if sujet is not None:
        for confirmation in sujet.iterfind(e.nom_qualifie(e.SAML, "SubjectConfirmation")):
            if confirmation.get("Method") == e.SENDER_VOUCHES:
                return Genre.STRUCTURE
    if "PAGM" in attributs:
        return Genre.STRUCTURE
    if qualifiant == "PSC":
        return Genre.PSC
    # Un qualifiant mal écrit ne retire pas à l'assertion d'un professionnel ce que ses attributs disent qu'elle est.
    return Genre.PS if qualifiant == "CPS" or attributs.keys() & _ATTRIBUTS_PS else Genre.AUTRE


_ATTRIBUTS_PS = frozenset({"identifiantFacturation", "secteurActivite"})


def lire_profil_signature(element: etree._Element) -> ProfilSignature:
    """Algorithmes, références et certificat de la signature d'une assertion ; tolérant."""
    signature = element.find(e.nom_qualifie(e.DS, "Signature"))
    ds = {"ds": e.DS}

    def algorithme(chemin: str) -> str | None:
        noeud = None if signature is None else signature.find(chemin, ds)
        return None if noeud is None else noeud.get("Algorithm")

    references = [] if signature is None else signature.findall("ds:SignedInfo/ds:Reference", ds)
    transformations = references[0].findall("ds:Transforms/ds:Transform", ds) if references else []
    return ProfilSignature(
        canonicalisation=algorithme("ds:SignedInfo/ds:CanonicalizationMethod"),
        signature=algorithme("ds:SignedInfo/ds:SignatureMethod"),
        condensat=algorithme("ds:SignedInfo/ds:Reference/ds:DigestMethod"),
        transformations=tuple(noeud.get("Algorithm", "") for noeud in transformations),
        references=tuple(noeud.get("URI", "") for noeud in references),
        certificat=_certificat(signature),
    )


def _certificat(signature: etree._Element | None) -> x509.Certificate | None:
    if signature is None:
        return None
    noeuds = signature.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", {"ds": e.DS})
    if len(noeuds) != 1:
        return None
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(texte(noeuds[0]).split()), validate=True))
    except (ValueError, binascii.Error):
        return None


def verifier_signature(octets: bytes, racine: etree._Element, rang: int) -> SignatureVerifiee:
    """Vérifie la signature de la `rang`-ième assertion (à partir de 0) de l'en-tête Security, sur les octets reçus.

    Refuse l'enveloppement (assertion déplacée, identifiant en double, référence vers autre chose) : ce qui est
    rendu est relu dans ce que la signature couvre. L'autorité et la validité du certificat restent à juger.
    """
    soap = e.espace_de(racine.tag)
    chemin = f"./{{{soap}}}Header/{e.nom_qualifie(e.WSSE, 'Security')}"
    securites = racine.findall(chemin)
    if len(securites) != 1:
        raise AssertionRefusee(f"un en-tête wsse:Security attendu, {len(securites)} reçus")
    directes = securites[0].findall(e.nom_qualifie(e.SAML, "Assertion"))
    if rang >= len(directes):
        raise AssertionRefusee("l'assertion n'est pas enfant direct de wsse:Security (enveloppement)")
    element = directes[rang]
    _controler_reference(racine, element)
    profil = lire_profil_signature(element)
    if profil.certificat is None:
        raise AssertionRefusee("KeyInfo doit porter un certificat X.509 lisible et un seul")
    configuration = SignatureConfiguration(
        location=f"{chemin}/{e.nom_qualifie(e.SAML, 'Assertion')}[{rang + 1}]/",
        # La bibliothèque refuserait un certificat expiré avant d'avoir vérifié la signature : deux faits distincts.
        verification_time=profil.certificat.not_valid_before_utc,
    )
    try:
        resultat = verifier(octets, racine, configuration, profil.certificat)
    except (SignXMLException, etree.LxmlError, UnsupportedAlgorithm) as erreur:
        raise AssertionRefusee(f"signature invalide : {erreur}") from erreur
    except (ValueError, TypeError, AttributeError, LookupError, NotImplementedError) as erreur:
        # Une signature difforme fait échouer la bibliothèque ailleurs que dans ses propres contrôles.
        raise AssertionRefusee(f"signature illisible : {erreur}") from erreur
    if isinstance(resultat, list) or resultat.signed_xml is None:
        raise AssertionRefusee("la signature ne couvre pas une assertion et une seule")
    signee = lire_assertion(resultat.signed_xml)
    if resultat.signed_xml.tag != e.nom_qualifie(e.SAML, "Assertion") or signee.id != element.get("ID"):
        raise AssertionRefusee("la signature couvre autre chose que l'assertion (enveloppement)")
    return SignatureVerifiee(signee, profil.certificat)


def _controler_reference(racine: etree._Element, element: etree._Element) -> None:
    identifiant = element.get("ID")
    if not identifiant:
        raise AssertionRefusee("l'assertion n'a pas d'attribut ID")
    if len(element.findall(e.nom_qualifie(e.DS, "Signature"))) != 1:
        raise AssertionRefusee("l'assertion doit porter une signature et une seule")
    references = lire_profil_signature(element).references
    if references != (f"#{identifiant}",):
        raise AssertionRefusee(f"référence attendue #{identifiant} seule, reçue {', '.join(references) or 'aucune'}")
    noms = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
    memes = [noeud for noeud in racine.iter(etree.Element) if any(noeud.get(nom) == identifiant for nom in noms)]
    if len(memes) != 1:
        raise AssertionRefusee(f"l'identifiant {identifiant} est porté par {len(memes)} éléments (enveloppement)")
