"""Ce que les étapes d'une DRIMbox partagent : examens du PACS, comptes rendus du RIS, KOS que le DMP a acceptés."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulators.drim.images import Examen, Image, PatientImage, fabriquer
from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import presenter
from steps.etapes.dmp_commun import ouvrir_dmp
from steps.etapes.flux import envoi_hl7, identifiant_emetteur
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice
from steps.flux.identite import IdentiteUsager
from steps.flux.imagerie import ReferencesExamen, compte_rendu_imagerie, message_compte_rendu
from steps.flux.messages import Emetteur
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.verifications.dmp import Soumission, soumissions
from steps.verifications.dmp.soumission import DocumentSoumis
from steps.verifications.drim.publication import de_l_etude, kos_soumis
from steps.verifications.kos import ExamenAttendu, Kos

_DOMAINE = STRUCTURE.oid_domaine
RIS = Emetteur("RIS", STRUCTURE.nom, _DOMAINE, "DRIMBOX", STRUCTURE.nom)
DOMAINE_ACCESSION, DOMAINE_COMMANDE = f"{_DOMAINE}.7", f"{_DOMAINE}.8"
ATTENTE_S = 30.0
AILLEURS = "IMAGERIE DU BANC DISTANT"
"""Qui a réalisé un examen distant : il y nomme le patient à sa façon."""
AUTEUR = PROFESSIONNELS[1]
"""Qui a validé les comptes rendus : pas le responsable, au nom de qui un automate agirait."""


@dataclass
class ExamenEssai:
    """Un examen du scénario. `autres` : les autres études du même compte rendu. `uid` : son KOS au DMP."""

    nom: str
    patient: PatientEssai
    examen: Examen
    commande: str
    autres: list[Examen] = field(default_factory=list)
    uid: str = ""
    refuse: bool = False
    """Envoyé d'abord à un DMP indisponible."""
    compte_rendu: str = ""
    """Identifiant du dernier compte rendu envoyé : une dépublication le désigne."""

    @property
    def etude(self) -> str:
        return self.examen.etude


def patient_d_imagerie(essai: Essai, nom: str) -> PatientEssai:
    """Un patient connu d'INSi, dont le DMP est ouvert ; une DRIMbox n'en tient pas de fiche."""
    patient = presenter(essai, nom, connu=True)
    ouvrir_dmp(essai, patient)
    return patient


def examens(essai: Essai) -> dict[str, ExamenEssai]:
    """Les examens du scénario, par leur nom dans la feature."""
    connus: dict[str, ExamenEssai] = essai.releves.setdefault("examens d'imagerie", {})
    return connus


def examen(essai: Essai, nom: str) -> ExamenEssai:
    """L'examen que la feature appelle ainsi."""
    if nom not in examens(essai):
        raise NonConcluant(f"la feature parle de l'examen « {nom} » sans l'avoir présenté")
    return examens(essai)[nom]


def publie_avant(essai: Essai, nom: str) -> str:
    """uniqueId du KOS de cet examen, tel que le DMP l'a pris d'abord."""
    uid = examen(essai, nom).uid
    if not uid:
        raise NonConcluant(f"mise en place : aucun KOS de l'examen « {nom} » n'a été publié")
    return uid


def lire_series(texte: str) -> list[tuple[str, int]]:
    """« CT 2 images, CT 1 image » → [("CT", 2), ("CT", 1)]."""
    lues = []
    for morceau in texte.split(","):
        mots = morceau.split()
        if len(mots) != 3 or not mots[1].isdigit():
            raise vocabulaire.PhraseInconnue(f"série {morceau!r} : « CT 2 images » attendu")
        lues.append((mots[0], int(mots[1])))
    return lues


def nouvel_examen(
    essai: Essai,
    nom: str,
    patient: PatientEssai,
    series: Sequence[tuple[str, int]],
    *,
    ailleurs: bool = False,
    syntaxe: str = "",
) -> ExamenEssai:
    """Présente un examen, que rien ne garde encore. `ailleurs` : d'un autre établissement, sous son IPP et avec l'INS."""
    rang = len(examens(essai)) + 1
    reference = patient.reference
    sujet = PatientImage(
        *((f"D{identifiant_emetteur(patient)}", AILLEURS) if ailleurs else (identifiant_emetteur(patient), STRUCTURE.nom)),
        f"{reference.nom_naissance}^{reference.prenoms[0]}",
        reference.date_naissance.replace("-", ""), reference.sexe if reference.sexe in ("M", "F") else "O",
        reference.matricule_ins if ailleurs else "", reference.oid if ailleurs else "",
    )  # fmt: skip
    # Une étude est neuve à chaque campagne : un produit en garde trace d'une fois à l'autre.
    graine = f"{essai.graine}{essai.retenu.numero}{nom}{datetime.now(UTC).isoformat()}"
    tirage = hashlib.sha256(graine.encode()).digest()
    marque = f"{int.from_bytes(tirage[16:20], 'big') % 10**8:08d}{rang}"
    fait = fabriquer(
        f"2.25.{int.from_bytes(tirage[:16], 'big')}", f"ACC{marque}", DOMAINE_ACCESSION, sujet, series,
        **({"syntaxe": syntaxe} if syntaxe else {}),
    )  # fmt: skip
    examens(essai)[nom] = ExamenEssai(nom, patient, fait, f"CMD{marque}")
    return examens(essai)[nom]


def mettre_au_pacs(essai: Essai, etude: str, fichiers: Sequence[bytes]) -> ReponseAction:
    """Ces objets DICOM arrivent au PACS relié au logiciel."""
    return essai.preparer(
        "recevoir_examen_imagerie", "administrateur", etude=etude,
        fichiers_base64=[base64.b64encode(octets).decode() for octets in fichiers],
    )  # fmt: skip


def attendu(vise: ExamenEssai, images: Sequence[Image] | None = None) -> ExamenAttendu:
    """Ce que son KOS doit dire."""
    restent = vise.examen.images if images is None else images
    return ExamenAttendu(
        vise.etude, (vise.examen.accession,), vise.patient.reference.matricule_ins,
        tuple((image.serie, image.uid) for image in restent), vise.examen.modalites,
    )  # fmt: skip


def envoyer_compte_rendu(
    essai: Essai, vise: ExamenEssai, *, qualifiee: bool = True, nature: str = "ORU", etat: str = "F",
    accession: str = "", ipp: str = "", commande: str = "", etudes: Sequence[str] | None = None,
    autres_demandes: tuple[tuple[str, str], ...] = (),
) -> ReponseAction:  # fmt: skip
    """Le RIS envoie le compte rendu de l'examen, tel que son auteur l'a validé."""
    identite = IdentiteUsager.depuis_reference(vise.patient.reference)
    ipp = ipp or vise.examen.patient.ipp
    refs = ReferencesExamen(
        tuple(etudes) if etudes is not None else (vise.etude, *(autre.etude for autre in vise.autres)),
        accession or vise.examen.accession, DOMAINE_ACCESSION, commande or vise.commande, DOMAINE_COMMANDE,
        autres_demandes,
    )  # fmt: skip
    envoi = envoi_hl7(essai)
    if etat == "F" or not vise.compte_rendu:
        vise.compte_rendu = f"{vise.etude}.77.{essai.releves['messages envoyés']}"
    auteur = AuteurDocument(AUTEUR.identifiant_national, AUTEUR.nom, AUTEUR.prenom)
    structure = StructureEmettrice(STRUCTURE.identifiant_national, STRUCTURE.nom, _DOMAINE)
    document = compte_rendu_imagerie(
        identite, auteur, structure, EnvoiDocument(vise.compte_rendu, f"{vise.etude}.78", envoi.instant, ipp), refs
    )
    contenu = message_compte_rendu(
        identite, ipp, RIS, envoi, document, auteur=auteur, structure=structure, oid=vise.compte_rendu,
        statut="VALI" if qualifiee else "PROV", nature=nature, etat=etat,
    )  # fmt: skip
    return essai.jouer("recevoir_message", "personne_morale", contenu=contenu, emetteur=RIS.pour_contrat())


def acceptees(essai: Essai) -> list[Soumission]:
    """Les alimentations que le DMP a acceptées depuis le début du scénario."""
    return soumissions(essai.echanges("dmp", tout=True), acceptees=True)


def documents(essai: Essai) -> list[DocumentSoumis]:
    """Leurs documents, signatures de lot exclues."""
    return [document for soumission in acceptees(essai) for document in soumission.documents_de_sante]


def attendre_kos(essai: Essai, etude: str, depuis: int) -> None:
    """Laisse à un logiciel qui publie après coup le temps de le faire ; le témoin a fini en répondant."""
    if essai.logiciel.temoin:
        return
    essai.journal.attendre(
        lambda echange: any(
            etude in kos.etudes for s in soumissions([echange], acceptees=True)
            for _, kos in kos_soumis(s.documents_de_sante)
        ),
        depuis=depuis, delai=ATTENTE_S, service="dmp",
    )  # fmt: skip


def kos_de(essai: Essai, vise: ExamenEssai) -> tuple[DocumentSoumis, Kos] | None:
    """Le dernier KOS accepté qui dit porter sur cette étude."""
    siens = de_l_etude(documents(essai), vise.etude)
    return siens[-1] if siens else None
