"""La DRIMbox source : un compte rendu reçu fait publier le KOS de son examen, tenu à jour dans le DMP."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from simulators.logiciel_temoin import cda_lecture, dmp_existence, drim_fiche, drim_kos, xds_lot, xds_requetes
from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.cda_lecture import NS, EnteteCda
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Session
from simulators.logiciel_temoin.dmp_vihf import Demandeur, cx_ins, demandeur_alimentation
from simulators.logiciel_temoin.drim_images import Image, Pacs, Rejet
from simulators.logiciel_temoin.drim_kos import Identite, References
from simulators.logiciel_temoin.erreurs import Echec
from simulators.logiciel_temoin.hl7v2 import IdentiteRecue, lire_message
from simulators.logiciel_temoin.soap import ReponseIllisible

if TYPE_CHECKING:
    from lxml import etree

    from simulators.logiciel_temoin.drim_wado import ServeurWado
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

PS3_20 = "urn:dicom-org:ps3-20"


@dataclass
class Publie:
    """Un KOS publié, et de quoi le refaire : c'est aussi la liste des études que la source sert."""

    uid: str
    etude: str
    cle: tuple[object, ...]
    compte_rendu: EnteteCda
    references: References
    identite: Identite
    ipp: str
    octets: bytes = b""


@dataclass(frozen=True)
class Alerte:
    """Ce que l'administrateur doit savoir."""

    motif: str
    etude: str
    detail: str

    def en_dict(self) -> dict[str, str]:
        return {"motif": self.motif, "etude": self.etude, "detail": self.detail}


@dataclass
class Source:
    """Une par produit. Toute publication part des mêmes gestes, qu'un compte rendu ou une image la provoque."""

    labo: Labo
    pacs: Pacs = field(default_factory=Pacs)
    publies: dict[str, Publie] = field(default_factory=dict)
    alertes: list[Alerte] = field(default_factory=list)
    serveur: ServeurWado | None = None

    def servir(self) -> str:
        """Adresse DICOMweb de la source, ouverte au premier besoin."""
        if self.serveur is None:
            from simulators.logiciel_temoin.drim_wado import ServeurWado

            self.serveur = ServeurWado(self)
        return self.serveur.url

    def fermer(self) -> None:
        if self.serveur is not None:
            self.serveur.fermer()

    def recevoir_compte_rendu(self, utilisateur: Utilisateur, contenu: str) -> list[str]:
        """Un ORU ou un MDM qui porte un compte rendu d'imagerie ; rend ce qui s'est passé."""
        recue = lire_message(contenu)
        octets, etat = document_porte(contenu)
        entete = cda_lecture.lire_entete(octets)
        references = lire_references(octets)
        if not recue.matricule or not (recue.validee or self.labo.defaut("drim_ins_non_qualifiee_publiee")):
            return ["INS non qualifiée : aucune référence d'objets n'est publiée."]
        if self.labo.defaut("drim_jamais_publie"):
            return ["Compte rendu rangé."]
        if etat == "D":
            de_tout = self.labo.defaut("drim_depublication_de_tout")
            return [self._retirer(utilisateur, e) for e in (list(self.publies) if de_tout else references.etudes)]
        identite = _identite(recue)
        ipp = recue.identifiants[0][1] if recue.identifiants else ""
        etudes = references.etudes[:1] if self.labo.defaut("drim_premiere_etude_seule") else references.etudes
        return [
            self._publier(utilisateur, Publie("", etude, (), entete, references, identite, ipp))
            for etude in dict.fromkeys(etudes)
        ]

    def recevoir_image(self, utilisateur: Utilisateur, octets: bytes) -> str:
        """Une image, ou une note de rejet ; un KOS déjà publié est alors mis à jour."""
        recu = self.pacs.recevoir(octets)
        if isinstance(recu, Rejet):
            return self.rafraichir(utilisateur, recu.etude)
        return ""

    def rafraichir(self, utilisateur: Utilisateur, etude: str) -> str:
        """Le KOS d'une étude dont les images ont changé : remplacé, ou supprimé s'il n'en reste aucune."""
        publie = self.publies.get(etude)
        if publie is None or self.labo.defaut("drim_changement_images_ignore"):
            return ""
        if not self.pacs.chercher(etude):
            return self._retirer(utilisateur, etude)
        return self._publier(utilisateur, publie)

    # ------------------------------------------------------------------ publier
    def _publier(self, utilisateur: Utilisateur, voulu: Publie) -> str:
        images = self.pacs.chercher(voulu.etude)
        if not self.labo.defaut("drim_premiere_demande_seule"):
            voulu = replace(voulu, references=voulu.references.pour({image.accession for image in images}))
        motif = self._incoherence(voulu, images)
        if motif:
            return self._alerter(motif, voulu.etude)
        ancien = self.publies.get(voulu.etude)
        cle = self._cle(voulu, images)
        if ancien is not None and ancien.cle == cle:
            return f"Étude {voulu.etude} : référence déjà publiée, inchangée."
        labo = self.labo
        uid = labo.oid_unique()
        octets = drim_kos.composer(labo, uid, voulu.etude, voulu.identite, voulu.references, images)
        try:
            session = self._session(utilisateur, voulu)
            remplace = xds_requetes.trouver_entree(session, ancien.uid) if ancien is not None else None
            if labo.defaut("drim_mise_a_jour_sans_remplacement"):
                remplace = None
            fiche = drim_fiche.entete(labo, voulu.compte_rendu, uid, images)
            completer = drim_fiche.completer(labo, voulu.etude, voulu.references)
            xds_lot.deposer(session, xds_lot.Envoi(octets, fiche, remplace, completer=completer))
        except ErreurDmp as erreur:
            return self._alerter(f"publication refusée par le DMP ({erreur.code})", voulu.etude, str(erreur))
        self.publies[voulu.etude] = Publie(
            uid, voulu.etude, cle, voulu.compte_rendu, voulu.references, voulu.identite, voulu.ipp, octets
        )
        if labo.defaut("drim_alerte_d_office"):
            self.alertes.append(Alerte("référence à contrôler", voulu.etude, ""))
        return f"Étude {voulu.etude} : référence publiée au DMP, {len(images)} image(s)."

    def _cle(self, voulu: Publie, images: list[Image]) -> tuple[object, ...]:
        """Ce qui, changé, fait refaire le KOS : les références de l'examen, et ses images."""
        commande = () if self.labo.defaut("drim_commande_ignoree") else voulu.references.commande
        vues = [] if self.labo.defaut("drim_changement_images_ignore") else sorted(image.uid for image in images)
        return voulu.references.etudes, voulu.references.accession, commande, tuple(vues)

    def _incoherence(self, voulu: Publie, images: list[Image]) -> str:
        """Pourquoi cet examen n'est pas celui du compte rendu ; vide s'il l'est."""
        defaut = self.labo.defaut
        if not images:
            return "" if defaut("drim_etude_absente_publiee") else "étude absente du PACS"
        if any(image.ipp != voulu.ipp for image in images) and not defaut("drim_ipp_non_controle"):
            return "l'IPP des images n'est pas celui du compte rendu"
        accession = voulu.references.accession[1]
        if any(image.accession != accession for image in images) and not defaut("drim_accession_non_controle"):
            return "l'Accession Number des images n'est pas celui du compte rendu"
        return ""

    def _retirer(self, utilisateur: Utilisateur, etude: str) -> str:
        publie = self.publies.get(etude)
        if publie is None:
            return f"Étude {etude} : aucune référence publiée."
        if self.labo.defaut("drim_depublication_ignoree"):
            return f"Étude {etude} : rien n'est fait."
        try:
            session = self._session(utilisateur, publie)
            entree = xds_requetes.trouver_entree(session, publie.uid)
            if entree is None:
                return self._alerter("référence introuvable au DMP", etude)
            auteur = publie.compte_rendu.auteurs[0]
            xds_lot.changer_statut(session, entree, s.ACTIF, s.SUPPRIME, auteur)
        except ErreurDmp as erreur:
            return self._alerter(f"suppression refusée par le DMP ({erreur.code})", etude, str(erreur))
        del self.publies[etude]
        return f"Étude {etude} : référence supprimée du DMP."

    def _session(self, utilisateur: Utilisateur, voulu: Publie) -> Session:
        """En indirect, au nom de l'auteur du compte rendu reçu."""
        session = Session(
            self.labo, utilisateur, self._demandeur(utilisateur, voulu), "", cx_ins(voulu.identite.matricule,
                                                                                   voulu.identite.oid)
        )  # fmt: skip
        etat = dmp_existence.tester(session)
        if not (etat.existe and etat.actif):
            raise ErreurDmp("NF", "Aucun DMP ouvert pour ce patient.")
        return session

    def _demandeur(self, utilisateur: Utilisateur, voulu: Publie) -> Demandeur:
        auteur = voulu.compte_rendu.auteurs[0].identifiant
        ordinaire = demandeur_alimentation(self.labo, utilisateur)
        if self.labo.defaut("drim_vihf_automate"):
            return ordinaire
        connus = self.labo.environnement.professionnels
        professionnel = next((ps for ps in connus if ps.identifiant_national == auteur), None)
        return Demandeur(ordinaire.mode, professionnel, False) if professionnel else ordinaire

    def _alerter(self, motif: str, etude: str, detail: str = "") -> str:
        if not self.labo.defaut("drim_alerte_absente"):
            self.alertes.append(Alerte(motif, etude, detail))
        return f"Étude {etude} : {motif} ; rien n'est publié."


def document_porte(contenu: str) -> tuple[bytes, str]:
    """Le document CDA d'un message (OBX de type ED) et son état (OBX-11)."""
    for segment in re.split(r"[\r\n]+", contenu):
        champs = segment.split("|")
        if champs[0] == "OBX" and len(champs) > 5 and champs[2] == "ED":
            try:
                return base64.b64decode(champs[5].split("^")[-1]), champs[11] if len(champs) > 11 else "F"
            except (binascii.Error, ValueError) as erreur:
                raise Echec(f"Le document du message ne se décode pas : {erreur}") from erreur
    raise Echec("Le message ne porte pas de document.")


def lire_references(octets: bytes) -> References:
    """Études, Accession Number et commande de l'en-tête du compte rendu (DICOM PS3.20)."""
    try:
        racine = cda_lecture.document(octets)
    except ReponseIllisible as erreur:
        raise Echec(f"Le document du message n'est pas un CDA : {erreur}") from erreur
    etudes = tuple(i.get("root", "") for i in racine.findall("c:documentationOf/c:serviceEvent/c:id", NS))
    demandes = [
        (_numero(ordre.find(f"{{{PS3_20}}}accessionNumber")), _numero(ordre.find("c:id", NS)))
        for ordre in racine.findall("c:inFulfillmentOf/c:order", NS)
    ] or [(("", ""), ("", ""))]
    return References(etudes, *demandes[0], tuple(demandes[1:]))


def _numero(element: etree._Element | None) -> tuple[str, str]:
    return (element.get("root", ""), element.get("extension", "")) if element is not None else ("", "")


def _identite(recue: IdentiteRecue) -> Identite:
    i = recue.identite
    return Identite(
        recue.matricule or "", recue.oid or "", i["nom_naissance"] or "", i["premier_prenom_naissance"] or "",
        i["date_naissance"] or "", i["sexe"] or "",
    )  # fmt: skip
