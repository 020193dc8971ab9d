"""Réception : relève des BAL, patient reconnu par les métadonnées, documents intégrés au dossier."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from simulators.logiciel_temoin import cda_lecture, documents_entrants, documents_recus, integration_recus
from simulators.logiciel_temoin.base import Document, ElementTravail
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.identite import OID_INS, QUAL, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_accuses import rapprocher
from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.messagerie_envois import traceur
from simulators.logiciel_temoin.messagerie_lecture import CourrielLu, lire, matricule_de_courriel, objet_affiche
from simulators.logiciel_temoin.soap import ReponseIllisible
from simulators.logiciel_temoin.utilisateurs import Utilisateur

_MATRICULE = re.compile(r"\b[12]\d{4}[0-9AB]{2}\d{8}\b")


@dataclass
class CourrielRecu:
    """Un courriel d'une BAL, tel que le logiciel le garde."""

    courriel_id: str
    bal: str
    uidvalidity: int
    uid: int
    contenu: CourrielLu
    lu: bool = False
    integres: list[str] = field(default_factory=list)
    verses: list[Document] = field(default_factory=list)
    """Ses documents, dès qu'ils sont dans la liste de travail des non lus."""
    octets: bytes = b""
    remis: bool = False
    """En plateforme : ses documents sont partis vers le système destinataire."""
    examine: bool = False
    """L'intégration automatique en a déjà décidé."""


def relever(labo: Labo, utilisateur: Utilisateur, adresse: str) -> list[CourrielRecu]:
    """Les courriels présents dans la BAL, du plus ancien au plus récent ; les accusés sont portés aux envois."""
    bal = labo.postes.bal(adresse)
    tracer = traceur(labo, utilisateur, bal, None, None)

    def connus(validite: int) -> set[int]:
        with labo.base.verrou:
            return {c.uid for c in labo.courriels.values() if c.bal == bal.adresse and c.uidvalidity == validite}

    try:
        validite, entrees, octets = labo.postes.imap(bal).relever(connus, tracer)
    except ErreurConnexion as erreur:
        raise Echec(f"La BAL {bal.adresse} ne peut pas être relevée : {erreur}.") from erreur
    for uid, contenu in sorted(octets.items()):
        _ranger(labo, bal.adresse, validite, uid, contenu)
    presents = {entree.uid: entree for entree in entrees}
    with labo.base.verrou:
        gardes = [
            c
            for c in labo.courriels.values()
            if c.bal == bal.adresse and c.uidvalidity == validite and c.uid in presents
        ]
        for courriel in gardes:
            courriel.lu = courriel.lu or presents[courriel.uid].lu
    for courriel in gardes:
        _integrer_seul(labo, utilisateur, courriel)
    if labo.defaut("mss_lecture_marque_lu"):
        for courriel in gardes:
            marquer_lu(labo, utilisateur, courriel)
    return gardes


def _ranger(labo: Labo, adresse: str, validite: int, uid: int, octets: bytes) -> None:
    contenu = lire(octets)
    with labo.base.verrou:
        deja = any(c.uid == uid and c.uidvalidity == validite and c.bal == adresse for c in labo.courriels.values())
        if deja:
            return
        courriel = CourrielRecu(labo.base.numero("C"), adresse, validite, uid, contenu, octets=octets)
        labo.courriels[courriel.courriel_id] = courriel
    rapprocher(labo, octets, contenu)


def marquer_lu(labo: Labo, utilisateur: Utilisateur, courriel: CourrielRecu) -> None:
    """L'utilisateur a ouvert le courriel : la boîte le sait, si elle le permet."""
    bal = labo.postes.bal(courriel.bal)
    tracer = traceur(labo, utilisateur, bal, None, courriel.contenu.message_id)
    if not courriel.lu:
        courriel.lu = True
        try:
            labo.postes.imap(bal).marquer_lu(courriel.uidvalidity, courriel.uid, tracer)
        except ErreurConnexion as erreur:
            tracer("lecture", f"UID STORE {courriel.uid} +FLAGS.SILENT (\\Seen)", str(erreur))


def courriel(labo: Labo, courriel_id: str) -> CourrielRecu:
    trouve = labo.courriels.get(courriel_id)
    if trouve is None:
        raise Refus(f"Courriel inconnu : {courriel_id}.")
    return trouve


def patient_de(labo: Labo, contenu: CourrielLu) -> Patient | None:
    """Le patient que désigne le courriel : par le patientId des métadonnées, jamais par le nom (ECO.2.1.2)."""
    patients = list(labo.base.patients.values())
    if labo.defaut("mss_premier_patient"):
        return patients[0] if patients else None
    if labo.defaut("mss_rattachement_par_objet"):
        return next((p for p in patients if p.trait("nom_naissance") in contenu.objet.upper()), None)
    if labo.defaut("mss_rattachement_par_nom") and contenu.archive is not None:
        noms = {nom for octets in contenu.archive.documents if (nom := _nom(octets))}
        return next((p for p in patients if p.trait("nom_naissance") in noms), None)
    matricule = matricule_de_courriel(contenu)
    if matricule is not None:
        return next((p for p in patients if p.matricule == matricule), None)
    domaine = labo.environnement.structure.oid_domaine
    locaux = {i for i, oid, _ in contenu.archive.patients if oid == domaine} if contenu.archive else set()
    return labo.base.patients.get(next(iter(locaux))) if len(locaux) == 1 else None


def _nom(octets: bytes) -> str:
    try:
        return cda_lecture.lire_entete(octets).identite["nom_naissance"] or ""
    except (ReponseIllisible, ValueError):
        return ""


def montrer(labo: Labo, recu: CourrielRecu) -> dict[str, Any]:
    """Le courriel tel que l'utilisateur le voit."""
    contenu = recu.contenu
    patient = patient_de(labo, contenu)
    origine = contenu.origine
    if origine == "patient" and labo.defaut("mss_origine_non_distinguee"):
        origine = "professionnel"
    return {
        "courriel_id": recu.courriel_id,
        "message_id": contenu.message_id,
        "objet": _objet_montre(labo, contenu),
        "expediteur": contenu.expediteur,
        "origine": origine,
        "date": contenu.date,
        "lu": recu.lu,
        "corps": contenu.corps,
        "pieces": [
            {"nom": nom, "sha256": empreinte}
            for nom, empreinte in contenu.pieces
            if not (labo.defaut("mss_pieces_cachees") and nom.lower().endswith(".zip"))
        ],
        "archive_xdm": _archive_montree(labo, contenu),
        "patient_id": patient.patient_id if patient else None,
        "matricule_ins": _matricule_montre(labo, contenu),
    }


def _archive_montree(labo: Labo, contenu: CourrielLu) -> bool:
    noms = [nom.lower() for nom, _ in contenu.pieces]
    if labo.defaut("mss_archive_reconnue_au_nom"):
        return "ihe_xdm.zip" in noms
    if labo.defaut("mss_archive_tout_zip"):
        return any(nom.endswith(".zip") for nom in noms)
    return contenu.archive is not None and not labo.defaut("mss_archive_non_reconnue")


def _objet_montre(labo: Labo, contenu: CourrielLu) -> str:
    if labo.defaut("mss_objet_non_decode"):
        return "Documents de santé"
    return contenu.objet if labo.defaut("mss_objet_prefixe_affiche") else objet_affiche(contenu.objet)


def _matricule_montre(labo: Labo, contenu: CourrielLu) -> str | None:
    if labo.defaut("mss_ins_du_corps") and (cite := _MATRICULE.search(contenu.corps)):
        return cite.group()
    return matricule_de_courriel(contenu)


def integrer(labo: Labo, utilisateur: Utilisateur, recu: CourrielRecu) -> tuple[Patient, list[Document]]:
    """Range les CDA du courriel au dossier du patient reconnu ; refuse si l'un d'eux est celui d'un autre."""
    contenu = recu.contenu
    if contenu.archive is None or not contenu.archive.documents:
        raise Refus("Ce courriel ne porte pas de document à intégrer.")
    if recu.integres:
        raise Refus("Les documents de ce courriel sont déjà au dossier.")
    patient = patient_de(labo, contenu)
    if patient is None:
        motif = "Courriel MSSanté : patient non reconnu"
        labo.base.mettre_en_liste(ElementTravail(motif, None, None, matricule_de_courriel(contenu)))
        raise Refus("Aucun patient du logiciel n'a l'INS de ce courriel : il est mis en liste de travail.")
    lus = [_lire_document(octets) for octets in contenu.archive.documents]
    for entete in lus:
        if not _est_de(entete, patient, labo) and not labo.defaut("mss_integration_autre_patient"):
            motif = "Courriel MSSanté : un document n'est pas du patient désigné"
            labo.base.mettre_en_liste(ElementTravail(motif, patient.patient_id, None, (entete.ins or (None,))[0]))
            raise Refus("Un document du courriel n'est pas de ce patient : rien n'est intégré.")
    if labo.defaut("mss_integration_sans_effet"):
        return patient, []
    ranges = verser(labo, recu)[: 1 if labo.defaut("mss_integration_premier_document") else None]
    for document in ranges:
        documents_recus.rattacher(labo, utilisateur.compte, document, patient)
    recu.integres = [document.document_id for document in ranges]
    bal = labo.postes.bal(recu.bal)
    traceur(labo, utilisateur, bal, patient.patient_id, contenu.message_id)(
        "intégration", "documents rangés au dossier", f"{len(ranges)} document(s)"
    )
    return patient, ranges


def _integrer_seul(labo: Labo, utilisateur: Utilisateur, recu: CourrielRecu) -> None:
    """Range de lui-même, à son arrivée, un courriel dont l'INS qualifiée est strictement celle d'un dossier."""
    archive = recu.contenu.archive
    if recu.examine or archive is None or not archive.documents:
        return
    recu.examine = True
    patient = integration_recus.dossier_de(labo, [_lire_document(octets) for octets in archive.documents])
    if patient is None:
        return
    ranges = verser(labo, recu)
    for document in ranges:
        documents_recus.rattacher(labo, utilisateur.compte, document, patient)
        document.integration = "automatique"
    recu.integres = [document.document_id for document in ranges]


def tous_verses(labo: Labo) -> list[Document]:
    """Les documents de tous les courriels relevés, qu'ils soient au dossier ou à traiter."""
    for recu in list(labo.courriels.values()):
        try:
            verser(labo, recu)
        except (Refus, Echec):
            continue
    return [d for d in list(labo.base.documents.values()) if d.courriel_id]


def verser(labo: Labo, recu: CourrielRecu) -> list[Document]:
    """Met les documents du courriel dans la liste de travail des non lus ; une seule fois."""
    if recu.contenu.archive is None or not recu.contenu.archive.documents:
        raise Refus("Ce courriel ne porte pas de document.")
    if not recu.verses:
        patient = patient_de(labo, recu.contenu)
        propose = patient if patient is not None and patient.statut == QUAL else None
        for octets in recu.contenu.archive.documents:
            _lire_document(octets)
        recu.verses = [
            documents_entrants.depuis_mss(labo, recu.courriel_id, propose, octets)
            for octets in recu.contenu.archive.documents
        ]
    if labo.defaut("recus_hors_liste"):
        for document in recu.verses:
            document.lu = True
    return list(recu.verses)


def _lire_document(octets: bytes) -> cda_lecture.EnteteCda:
    try:
        return cda_lecture.lire_entete(octets)
    except (ReponseIllisible, ValueError) as erreur:
        raise Echec(f"Un document du courriel est illisible : {erreur}.") from erreur


def _est_de(entete: cda_lecture.EnteteCda, patient: Patient, labo: Labo) -> bool:
    """Le CDA désigne ce patient, par son INS ou par notre identifiant local."""
    ins = [extension for extension, racine in ((e, r) for r, e in entete.identifiants) if racine in OID_INS]
    if ins:
        return ins == [patient.matricule]
    domaine = labo.environnement.structure.oid_domaine
    return (domaine, patient.patient_id) in entete.identifiants
