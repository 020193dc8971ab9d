"""La DRIMbox consommatrice : un appel contextuel l'ouvre, elle cherche les KOS du patient et en prend les images."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin import dmp_existence, xds_requetes
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Session
from simulators.logiciel_temoin.dmp_vihf import cx_ins, demandeur_consultation
from simulators.logiciel_temoin.drim_images import lire
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur
from simulators.logiciel_temoin.transport import ErreurTransport
from simulators.logiciel_temoin.xds_requetes import Criteres

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

_TYPE = "IMG-KOS^^1.2.250.1.213.1.1.4.12"
_DICOM = 'multipart/related; type="application/dicom"'
_SYNTAXES = (("1.2.840.10008.1.2.1", "1.0"), ("1.2.840.10008.1.2.5", "0.8"), ("1.2.840.10008.1.2.4.50", "0.5"))
"""Non compressée, sans perte, avec perte : dans notre ordre de préférence."""
_BORNE = re.compile(r'boundary="?([^";]+)')


@dataclass(frozen=True)
class ImageRecue:
    """Une image rendue par une source."""

    uid: str
    syntaxe: str
    patients: tuple[str, ...]
    octets: bytes


@dataclass
class Appel:
    """Le patient de l'appel contextuel en cours, et ce qu'on a déjà reçu pour lui."""

    matricule: str
    ipp_local: str
    session: Session
    entrepots: dict[str, str] = field(default_factory=dict)
    kos: dict[str, Any] = field(default_factory=dict)
    cache: dict[str, list[ImageRecue]] = field(default_factory=dict)


def ouvrir(
    labo: Labo, utilisateur: Utilisateur, identite: dict[str, Any], consentement: str, ipp_local: str
) -> tuple[list[str], list[dict[str, Any]]]:
    """Messages montrés, et références présentées."""
    labo.appel_imagerie = None
    if labo.defaut("conso_toujours_fermee"):
        return ["Le DMP n'est pas accessible."], []
    if consentement == "non" and not labo.defaut("conso_consentement_ignore"):
        return ["Le patient ne consent pas à la consultation de son DMP."], []
    if consentement == "absent" and not labo.defaut("conso_consentement_absent_ignore"):
        return ["L'appel ne dit pas le consentement du patient : recueillez-le depuis le RIS, puis rouvrez."], []
    if consentement == "inconnu" and not labo.defaut("conso_consentement_inconnu_ignore"):
        if labo.defaut("conso_sans_invitation"):
            return [], []
        return ["Consentement inconnu : recueillez le consentement du patient depuis le RIS, puis rouvrez."], []
    matricule, oid = str(identite.get("matricule_ins") or ""), str(identite.get("oid_ins") or "")
    if not matricule:
        raise Refus("L'appel ne porte pas l'INS du patient : son DMP ne peut pas être consulté.")
    try:
        session = _session(labo, utilisateur, cx_ins(matricule, oid))
        criteres = Criteres() if labo.defaut("conso_tous_documents") else Criteres(types=(_TYPE,))
        fiches = xds_requetes.chercher(session, criteres)
    except ErreurDmp as erreur:
        raise Echec(str(erreur)) from erreur
    appel = Appel(matricule, ipp_local, session, {fiche.unique_id: fiche.entrepot for fiche in fiches})
    labo.appel_imagerie = appel
    if labo.defaut("conso_kos_non_montres"):
        return [], []
    return [], [{"unique_id": fiche.unique_id, "titre": fiche.titre} for fiche in fiches]


def _session(labo: Labo, utilisateur: Utilisateur, cx: str) -> Session:
    utilisateur.exiger_professionnel()
    session = Session(labo, utilisateur, demandeur_consultation(labo, utilisateur), "", cx)
    etat = dmp_existence.tester(session)
    if not (etat.existe and etat.actif):
        raise ErreurDmp("NF", "Aucun DMP ouvert pour ce patient.")
    if etat.autorisation == "INTERDIT":
        raise Refus("Le patient vous a interdit l'accès à son DMP.")
    if etat.autorisation != "VALIDE":
        dmp_existence.autoriser(session)
    return session


def recuperer(labo: Labo, utilisateur: Utilisateur, unique_id: str, serie: str) -> list[ImageRecue]:
    """Les images d'une série, prises à la source que le KOS désigne, ou au cache."""
    appel = labo.appel_imagerie
    if appel is None or unique_id not in appel.entrepots:
        raise Refus("Ouvrez d'abord la DRIMbox pour ce patient, puis choisissez un examen de sa liste.")
    if serie in appel.cache and not labo.defaut("conso_cache_absent"):
        return appel.cache[serie]
    adresse = _adresse(labo, appel, unique_id, serie)
    if labo.defaut("conso_images_inventees"):
        return _citees(appel, unique_id, serie)
    images = _demander(labo, utilisateur, adresse)
    if not labo.defaut("conso_ins_non_controlee"):
        autres = [image.uid for image in images if appel.matricule not in image.patients]
        if autres:
            raise Refus(f"{len(autres)} image(s) reçue(s) ne sont pas de ce patient : rien n'est affiché.")
    if labo.defaut("conso_images_jamais_montrees"):
        return []
    if labo.defaut("conso_derniere_image_perdue"):
        images = images[:-1]
    appel.cache[serie] = images
    return images


def _adresse(labo: Labo, appel: Appel, unique_id: str, serie: str) -> str:
    if labo.defaut("conso_kos_sans_retrait"):
        return f"{labo.environnement.wado_distant}/studies/{serie.rpartition('.')[0]}/series/{serie}"
    for etude in _reference(appel, unique_id).CurrentRequestedProcedureEvidenceSequence:
        for trouvee in etude.ReferencedSeriesSequence:
            if trouvee.SeriesInstanceUID == serie:
                base = f"{labo.environnement.wado_distant}/studies/{etude.StudyInstanceUID}/series/{serie}"
                return str(trouvee.get("RetrieveURL") or base)
    raise Refus("Cette série n'est pas dans la référence de l'examen.")


def series(appel: Appel, unique_id: str) -> list[str]:
    """Les séries que cite la référence d'un examen."""
    return [
        str(serie.SeriesInstanceUID)
        for etude in _reference(appel, unique_id).CurrentRequestedProcedureEvidenceSequence
        for serie in etude.ReferencedSeriesSequence
    ]


def _reference(appel: Appel, unique_id: str) -> Any:
    """Le KOS, récupéré du DMP la première fois."""
    if unique_id not in appel.kos:
        try:
            octets = xds_requetes.lire_document(appel.session, unique_id, appel.entrepots[unique_id])
            appel.kos[unique_id] = lire(octets)
        except (ErreurDmp, ValueError) as erreur:
            raise Echec(f"La référence n'a pas pu être récupérée : {erreur}") from erreur
    return appel.kos[unique_id]


def _citees(appel: Appel, unique_id: str, serie: str) -> list[ImageRecue]:
    """Les images que le KOS cite, sans les avoir reçues."""
    return [
        ImageRecue(str(citee.ReferencedSOPInstanceUID), "", (appel.matricule,), b"")
        for etude in appel.kos[unique_id].CurrentRequestedProcedureEvidenceSequence
        for trouvee in etude.ReferencedSeriesSequence
        if trouvee.SeriesInstanceUID == serie
        for citee in trouvee.ReferencedSOPSequence
    ]


def _demander(labo: Labo, utilisateur: Utilisateur, adresse: str) -> list[ImageRecue]:
    syntaxes = _SYNTAXES[:1] if labo.defaut("conso_explicite_seule") else _SYNTAXES
    accept = ", ".join(
        f"{_DICOM}; transfer-syntax={syntaxe}"
        + ("" if labo.defaut("conso_sans_q") else f"; q={'0.9' if labo.defaut('conso_q_identiques') else q}")
        for syntaxe, q in syntaxes
    )
    entetes = {"Accept": accept}
    if not labo.defaut("conso_sans_jeton"):
        entetes["Authorization"] = f"Bearer {_jeton(labo, utilisateur)}"
    try:
        certificat = labo.environnement.certificats["org_auth_cli"]
        reponse = labo.transport.demander("GET", adresse, None, entetes, certificat)
    except ErreurTransport as erreur:
        raise Echec(f"La source des images ne répond pas : {erreur}") from erreur
    if reponse.statut != 200:
        raise Echec(f"La source refuse les images (HTTP {reponse.statut}).")
    borne = _BORNE.search(reponse.type_mime)
    if borne is None:
        raise Echec("La réponse de la source n'est pas en plusieurs parties.")
    morceaux = (b"\r\n" + reponse.octets).split(b"\r\n--" + borne[1].encode())
    if not morceaux[-1].startswith(b"--"):
        raise Echec("La réponse de la source est coupée.")
    return [_image(morceau.partition(b"\r\n\r\n")[2]) for morceau in morceaux[1:-1]]


def _image(octets: bytes) -> ImageRecue:
    try:
        jeu = lire(octets)
    except ValueError as erreur:
        raise Echec(str(erreur)) from erreur
    autres = [str(autre.PatientID) for autre in jeu.get("OtherPatientIDsSequence", ())]
    return ImageRecue(
        str(jeu.SOPInstanceUID), str(jeu.file_meta.TransferSyntaxUID), (str(jeu.get("PatientID", "")), *autres), octets
    )


def _jeton(labo: Labo, utilisateur: Utilisateur) -> str:
    if utilisateur.session_psc is None:
        raise Refus("Connectez-vous par Pro Santé Connect pour ouvrir des images.")
    try:
        return labo.fournisseurs.ouvertes.acces(utilisateur.session_psc)
    except ErreurFournisseur as erreur:
        raise Refus(str(erreur)) from erreur
