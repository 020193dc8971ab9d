"""D'un message reçu à la réponse du téléservice : contrôles du protocole, authentification, opération."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import NameOID

from simulators.insi import erreurs
from simulators.insi import espaces as e
from simulators.insi.assertion import AssertionLue, AssertionRefusee, Genre, lire_assertion, verifier_signature
from simulators.insi.enveloppe import MessageInsi, lire_message
from simulators.insi.erreurs import Faute
from simulators.insi.etat import EtatInsi, Issue
from simulators.insi.lecture import XmlRefuse, analyser
from simulators.insi.point import PointAcces, defaut_de_structure, points_acces

DUREE_ASSERTION = timedelta(hours=1)
"""Une assertion est refusée environ une heure après son émission (commentaire d'un client public)."""
TOLERANCE = timedelta(minutes=5)

Anomalies = Callable[[x509.Certificate, datetime], list[str]]
"""Ce que l'IGC reproche à un certificat de signature, en français ; liste vide = rien."""


class Voie(StrEnum):
    """Par où le message arrive."""

    CERTIFICAT = "certificat"
    CARTE = "carte"
    API_PSC = "api_psc"


@dataclass(frozen=True)
class Demande:
    """Ce que le transport a livré. `certificat` : celui du client, en TLS mutuel seulement.

    `identite` : identifiant national que dit le jeton Pro Santé Connect présenté, déjà vérifié ; None sans jeton.
    """

    octets: bytes
    type_contenu: str
    instant: datetime
    voie: Voie
    certificat: x509.Certificate | None = None
    identite: str | None = None


@dataclass
class Traitee:
    """Le message compris et sa réponse. `faute` ou `issue`, jamais les deux ; `http` : refus sans SOAP."""

    message: MessageInsi | None = None
    point: PointAcces | None = None
    faute: Faute | None = None
    issue: Issue | None = None
    http: int | None = None
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def operation(self) -> str:
        """Nom de l'opération reconnue, vide sinon."""
        return self.point.operation if self.point else ""

    @property
    def message_id(self) -> str | None:
        """`wsa:MessageID` reçu."""
        return self.message.message_id if self.message else None


def lire_demande(octets: bytes) -> MessageInsi | None:
    """Le message, ou None s'il est illisible."""
    try:
        return lire_message(analyser(octets))
    except XmlRefuse:
        return None


def reconnaitre(message: MessageInsi | None) -> PointAcces | None:
    """Le point d'accès que désigne le contenu du message."""
    if message is None:
        return None
    return next((point for point in points_acces() if point.reconnaitre(message)), None)


def recevoir(demande: Demande, etat: EtatInsi, anomalies: Anomalies) -> Traitee:
    """Contrôle tout ce qui précède l'opération ; `faute` et `http` restent None si l'opération peut être jouée."""
    traitee = Traitee()
    try:
        racine = analyser(demande.octets)
    except XmlRefuse as refus:
        traitee.notes["refus"] = refus.motif.value
        if not _type_soap12(demande.type_contenu):
            traitee.http = 415
        else:
            traitee.faute = erreurs.message_illisible(str(refus))
        return traitee
    message = traitee.message = lire_message(racine)
    traitee.point = reconnaitre(message)
    if message.message_id:
        traitee.notes["message_id"] = message.message_id
    if traitee.point and not traitee.point.normatif:
        traitee.notes["non_normatif"] = "contrat non public : réponse du banc"
    if message.soap == e.SOAP11 or (message.soap != e.SOAP12 and _type_soap12(demande.type_contenu)):
        traitee.faute = erreurs.version_soap(message.soap)
    elif not _type_soap12(demande.type_contenu):
        traitee.http = 415
    else:
        traitee.faute = (
            _protocole(message)
            or _authentification(demande, message, anomalies, traitee.notes)
            or _progiciel(message, etat)
            or _structure(message, traitee.point)
        )
    return traitee


def jouer(traitee: Traitee, etat: EtatInsi) -> None:
    """Joue l'opération reconnue ; remplit `issue` ou `faute`."""
    if traitee.message is None or traitee.point is None:
        return
    suite = traitee.point.handle(traitee.message, etat)
    if isinstance(suite, Faute):
        traitee.faute = suite
    else:
        traitee.issue = suite


def _type_soap12(type_contenu: str) -> bool:
    return type_contenu.partition(";")[0].strip().lower() == "application/soap+xml"


# --- protocole --------------------------------------------------------------------------------------------------------

_ESPACES_COMPRIS = frozenset({e.WSA, e.WSSE, e.CTXBAM, e.CTXLPS})


def _protocole(message: MessageInsi) -> Faute | None:
    for bloc in message.entetes:
        obligatoire = bloc.get(e.nom_qualifie(e.SOAP12, "mustUnderstand"), "0").strip() in ("1", "true")
        if obligatoire and e.espace_de(bloc.tag) not in _ESPACES_COMPRIS:
            return erreurs.entete_non_compris(str(bloc.tag))
    for nom, contexte in (("ContexteBAM", message.bam), ("ContexteLPS", message.lps)):
        if contexte is None or nom in message.doublons:
            return erreurs.contexte_absent(nom)
    if not message.message_id or "MessageID" in message.doublons:
        return erreurs.message_id_absent()
    if len(message.corps) != 1:
        return erreurs.message_invalide(f"un élément attendu dans Body, {len(message.corps)} reçus")
    return None


def _structure(message: MessageInsi, point: PointAcces | None) -> Faute | None:
    if point is None:
        return erreurs.operation_inconnue(str(message.corps[0].tag))
    attendue = e.PREFIXE_ACTION + point.operation
    # L'action des vérifications n'est pas publiée : elle n'est pas comparée.
    if point.normatif and message.action != attendue:
        return erreurs.action_incoherente(attendue, message.action)
    contextes = {e.nom_qualifie(e.CTXBAM, "ContexteBAM"): "ctxbam.xsd"}
    contextes[e.nom_qualifie(e.CTXLPS, "ContexteLPS")] = "ctxlps.xsd"
    blocs = [(contextes[bloc.tag], bloc) for bloc in message.entetes if bloc.tag in contextes]
    if point.schema:
        blocs.append((point.schema, message.corps[0]))
    for nom, bloc in blocs:
        defaut = defaut_de_structure(nom, bloc)
        if defaut:
            return erreurs.message_invalide(defaut)
    return None


# --- authentification -------------------------------------------------------------------------------------------------


def _authentification(
    demande: Demande, message: MessageInsi, anomalies: Anomalies, notes: dict[str, str]
) -> Faute | None:
    if demande.voie is Voie.CERTIFICAT:
        notes["authentification"] = "certificat"
        return _certificat(demande.certificat, message, notes)
    if demande.voie is Voie.API_PSC and not message.assertions:
        # Rien de public ne dit si l'API attend encore l'assertion : le jeton suffit à savoir qui appelle.
        notes["authentification"] = Genre.PSC.value
        notes["assertion"] = "absente : identité du jeton"
        return None
    return _assertions(demande, message, anomalies, notes)


def _certificat(certificat: x509.Certificate | None, message: MessageInsi, notes: dict[str, str]) -> Faute | None:
    noms = [] if certificat is None else certificat.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    nom_commun = str(noms[0].value) if len(noms) == 1 else None
    notes["certificat_cn"] = nom_commun or ""
    if message.assertions:
        notes["assertion_superflue"] = "oui"
    return None if nom_commun in e.CN_ADMIS else erreurs.niveau_acces_insuffisant(nom_commun)


def _assertions(demande: Demande, message: MessageInsi, anomalies: Anomalies, notes: dict[str, str]) -> Faute | None:
    lues = [lire_assertion(element) for element in message.assertions]
    professionnelles = [lue for lue in lues if lue.genre is not Genre.AUTRE]
    autres = len(lues) - len(professionnelles)
    if len(professionnelles) != 1:
        return erreurs.assertion_refusee(f"une assertion attendue, {len(professionnelles)} reçues")
    if autres and (autres > 1 or message.operation != e.OP_CARTE):
        return erreurs.assertion_refusee("assertion inattendue à côté de celle du professionnel")
    if autres:
        notes["assertion_vitale"] = "présente, contenu non contrôlé (non public)"
    [lue] = professionnelles
    notes["authentification"] = lue.genre.value
    notes["assertion_name_id"] = lue.name_id or ""
    if lue.genre is Genre.PSC or demande.identite is not None:
        faute = _pro_sante_connect(demande, lue, notes)
        if faute is not None:
            return faute
    if lue.genre is Genre.STRUCTURE:
        notes["structure"] = "mode reconnu ; son admission par INSi n'est pas connue"
    perimee = _perimee(lue.emission, demande.instant) if lue.genre is not Genre.STRUCTURE else None
    if perimee:
        return erreurs.assertion_refusee(perimee)
    if lue.genre is Genre.PS or lue.signee:
        return _signature(demande, message, lues.index(lue), anomalies)
    return None


def _pro_sante_connect(demande: Demande, lue: AssertionLue, notes: dict[str, str]) -> Faute | None:
    """L'assertion dit la personne du jeton, ou rien ne la prouve."""
    if demande.identite is None:
        notes["psc"] = "mode reconnu ; l'acheminement du jeton Pro Santé Connect n'est pas public et n'est pas contrôlé"
        return None
    if lue.genre is not Genre.PSC:
        return erreurs.assertion_refusee("un jeton Pro Santé Connect accompagne une assertion qui n'est pas de ce mode")
    if lue.name_id != demande.identite:
        notes["psc"] = "NameID différent de l'identité du jeton"
        return erreurs.assertion_refusee("NameID différent de l'identité du jeton Pro Santé Connect présenté")
    notes["psc"] = "NameID égal à l'identité du jeton"
    return None


def _signature(demande: Demande, message: MessageInsi, rang: int, anomalies: Anomalies) -> Faute | None:
    try:
        verifiee = verifier_signature(demande.octets, message.racine, rang)
    except AssertionRefusee as refus:
        return erreurs.assertion_refusee(str(refus))
    reproches = anomalies(verifiee.certificat, demande.instant)
    return erreurs.assertion_refusee(" ; ".join(reproches)) if reproches else None


def _perimee(emission: str | None, instant: datetime) -> str | None:
    try:
        emise = datetime.fromisoformat(emission or "")
    except ValueError:
        return f"IssueInstant illisible : {emission!r}"
    if emise.tzinfo is None:
        emise = emise.replace(tzinfo=UTC)
    age = instant - emise
    if age > DUREE_ASSERTION:
        return f"émise il y a {int(age.total_seconds() // 60)} min, une heure au plus"
    return f"émise dans le futur ({emission})" if age < -TOLERANCE else None


def _progiciel(message: MessageInsi, etat: EtatInsi) -> Faute | None:
    idam = message.lps.idam if message.lps else None
    if etat.idam_autorises is None or idam in etat.idam_autorises:
        return None
    return erreurs.idam_inconnu(idam)
