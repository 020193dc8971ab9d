"""Lire un échange INSi : opération, mode d'authentification, traits envoyés, réponse. Ne juge rien."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from cryptography import x509
from lxml import etree

from simulators.insi import espaces as e
from simulators.insi.assertion import AssertionLue, Genre, lire_assertion
from simulators.insi.enveloppe import DonneesCarte, InsFourni, MessageInsi, Traits, lire_message
from simulators.insi.lecture import XmlRefuse, analyser, sous_texte, texte
from simulators.socle.echange import Echange


class Mode(StrEnum):
    """Mode d'authentification d'un appel."""

    CERTIFICAT = "certificat"
    CARTE = "carte"
    PSC = "psc"
    STRUCTURE = "structure"
    INCONNU = "inconnu"


@dataclass(frozen=True, slots=True)
class InsRetourne:
    """Un INS actif ou ancien tel que répondu."""

    numero: str
    cle: str | None
    oid: str | None
    date_debut: str | None = None
    date_fin: str | None = None

    @property
    def matricule_ins(self) -> str:
        """Numéro et clé (la clé peut manquer)."""
        return self.numero + (self.cle or "")


@dataclass(frozen=True, slots=True)
class IdentiteRetournee:
    """La personne répondue par une recherche."""

    actif: InsRetourne
    historique: tuple[InsRetourne, ...]
    traits: Traits


@dataclass(frozen=True, slots=True)
class FauteRetournee:
    """Une faute SOAP répondue ; `code` du téléservice quand il y en a un."""

    role: str
    sous_code: str | None
    code: str | None
    severite: str | None
    message: str


@dataclass(frozen=True, slots=True)
class ReponseLue:
    """Ce que le téléservice a répondu ; tout est None si la réponse est illisible ou absente."""

    code: str | None = None
    identite: IdentiteRetournee | None = None
    faute: FauteRetournee | None = None
    verification: str | None = None
    """`OK` ou `KO` pour une vérification unitaire."""


@dataclass(frozen=True)
class Appel:
    """Un échange INSi lu."""

    echange: Echange
    message: MessageInsi | None
    illisible: str = ""
    """Pourquoi la demande n'a pas pu être lue, en français ; vide si elle l'a été."""

    @property
    def numero(self) -> int:
        """Rang de l'échange dans le journal."""
        return self.echange.numero

    @property
    def operation(self) -> str:
        """Opération désignée par le corps, à défaut celle que le simulateur a reconnue."""
        return (self.message.operation if self.message else "") or self.echange.operation

    @property
    def message_id(self) -> str | None:
        """`wsa:MessageID` envoyé."""
        return self.message.message_id if self.message else None

    @property
    def traits(self) -> Traits | None:
        """Traits envoyés par une recherche par traits ou une vérification."""
        if self.message is None:
            return None
        return self.message.traits or (self.message.ins_fourni.traits if self.message.ins_fourni else None)

    @property
    def carte(self) -> DonneesCarte | None:
        """Données de carte Vitale envoyées."""
        return self.message.carte if self.message else None

    @property
    def ins_fourni(self) -> InsFourni | None:
        """INS envoyé à vérifier."""
        return self.message.ins_fourni if self.message else None

    @cached_property
    def assertions(self) -> tuple[AssertionLue, ...]:
        """Assertions SAML du message, dans l'ordre."""
        return tuple(lire_assertion(noeud) for noeud in self.message.assertions) if self.message else ()

    @cached_property
    def certificat(self) -> x509.Certificate | None:
        """Certificat présenté à la connexion ; None s'il n'y en a pas ou s'il est illisible."""
        tls = self.echange.tls
        if tls is None or tls.certificat is None:
            return None
        try:
            return x509.load_der_x509_certificate(tls.certificat)
        except ValueError:
            return None

    @property
    def connexion_vue(self) -> bool:
        """Faux quand seul le message est connu (fichier) : rien ne dit alors si un certificat a été présenté."""
        return self.echange.tls is not None

    @property
    def api_psc(self) -> bool:
        """Vrai par l'API Pro Santé Connectée : le certificat y porte un jeton, et c'est le jeton qui authentifie."""
        return self.echange.notes.get("voie") == "api_psc"

    @property
    def mode(self) -> Mode:
        """Certificat s'il y en a un à la connexion, sinon le genre de l'assertion ; PSC par l'API."""
        if self.api_psc:
            return Mode.PSC
        if self.echange.tls is not None and self.echange.tls.certificat is not None:
            return Mode.CERTIFICAT
        genres = [lue.genre for lue in self.assertions if lue.genre is not Genre.AUTRE]
        return Mode(genres[0].value) if genres else Mode.INCONNU

    @cached_property
    def reponse(self) -> ReponseLue:
        """La réponse lue."""
        return lire_reponse(self.echange)

    @property
    def code(self) -> str | None:
        """Code de la réponse (`00`, `01`, `02`…), None pour une faute ou une réponse illisible."""
        return self.reponse.code


def lire_appel(echange: Echange) -> Appel:
    """Lit un échange INSi ; n'échoue jamais."""
    try:
        return Appel(echange, lire_message(analyser(echange.requete.corps.octets)))
    except XmlRefuse as refus:
        return Appel(echange, None, str(refus))


def retour_en_clair(reponse: ReponseLue) -> str:
    """`00`, `OK`… ; une faute par son code et son message ; sinon « réponse illisible »."""
    if reponse.faute is not None:
        faute = reponse.faute
        return f"faute {faute.code or faute.sous_code or faute.role} : {faute.message}"
    return reponse.code or reponse.verification or "réponse illisible"


def lire_reponse(echange: Echange) -> ReponseLue:
    """Lit la réponse d'un échange ; n'échoue jamais."""
    reponse = echange.reponse
    if reponse is None:
        return ReponseLue()
    octets = reponse.corps.octets
    if (reponse.entete("Content-Encoding") or "").lower() == "gzip":
        try:
            octets = gzip.decompress(octets)
        except (OSError, EOFError, zlib.error):
            return ReponseLue()
    try:
        racine = analyser(octets)
    except XmlRefuse:
        return ReponseLue()
    corps = racine.find(f"{{{e.espace_de(racine.tag)}}}Body")
    contenu = next((noeud for noeud in corps if isinstance(noeud.tag, str)), None) if corps is not None else None
    if contenu is None:
        return ReponseLue()
    if e.nom_local(contenu.tag) == "Fault":
        return ReponseLue(faute=_lire_faute(contenu))
    espace = e.espace_de(contenu.tag)
    code = sous_texte(contenu.find(f"{{{espace}}}CR"), espace, "CodeCR")
    if espace == e.REP_UNITAIRE:
        return ReponseLue(verification="OK" if code == "00" else "KO")
    return ReponseLue(code=code, identite=_lire_identite(contenu.find(f"{{{espace}}}INDIVIDU"), espace))


def _lire_faute(faute: etree._Element) -> FauteRetournee:
    soap = e.espace_de(faute.tag)
    ns = {"s": soap}
    role = faute.findtext("s:Code/s:Value", "", ns)
    sous_code = faute.findtext("s:Code/s:Subcode/s:Value", None, ns)
    detail = faute.find("s:Detail", ns)
    erreur = None if detail is None else detail.find(e.nom_qualifie(e.SIRAM, "Erreur"))
    if erreur is not None:
        code, severite = erreur.get("code"), erreur.get("severite")
    else:
        code, severite = sous_texte(detail, "", "Code"), sous_texte(detail, "", "Severite")
    raison = faute.find("s:Reason/s:Text", ns)
    return FauteRetournee(
        role.rpartition(":")[2],
        sous_code.rpartition(":")[2] if sous_code else None,
        code,
        severite,
        "" if raison is None else texte(raison),
    )


def _lire_identite(individu: etree._Element | None, espace: str) -> IdentiteRetournee | None:
    if individu is None:
        return None
    actif = individu.find(f"{{{espace}}}INSACTIF")
    tiq = individu.find(f"{{{espace}}}TIQ")
    if actif is None:
        return None
    prenoms = sous_texte(tiq, espace, "ListePrenom")
    if prenoms is None:
        prenoms = sous_texte(tiq, espace, "Prenom")
    return IdentiteRetournee(
        _lire_ins(actif, espace),
        tuple(_lire_ins(noeud, espace) for noeud in individu.iterfind(f"{{{espace}}}INSHISTO")),
        Traits(
            sous_texte(tiq, espace, "NomNaissance"),
            tuple((prenoms or "").split()),
            sous_texte(tiq, espace, "Sexe"),
            sous_texte(tiq, espace, "DateNaissance"),
            sous_texte(tiq, espace, "LieuNaissance"),
        ),
    )


def _lire_ins(noeud: etree._Element, espace: str) -> InsRetourne:
    identifiant = noeud.find(f"{{{espace}}}IdIndividu")
    return InsRetourne(
        sous_texte(identifiant, espace, "NumIdentifiant") or "",
        sous_texte(identifiant, espace, "Cle"),
        sous_texte(noeud, espace, "OID"),
        sous_texte(noeud, espace, "DateDeb"),
        sous_texte(noeud, espace, "DateFin"),
    )
