"""Reconnaître et lire un avis : DSN, MDN, message d'erreur d'intégration, avis de Mon espace santé."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from steps.flux.identite import comparable
from steps.verifications.mssante.corps import texte_du_corps
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.entetes import identifiant
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.mots import texte_des_octets
from steps.verifications.mssante.objet import PREFIXE

_BLOCS_MAX = 500
_CHAMPS_MAX = 60
_CORPS_MAX = 256 * 1024
_CHAMP = re.compile(r"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_KO = re.compile(r"\s*\[KO Intégration système\s?!\]\s*\[\s*([^\[\]]{0,40}?)\s*\]\s*(.*)", re.DOTALL | re.IGNORECASE)
_DISPOSITION = re.compile(r"\s*([\w-]+)\s*/\s*([\w-]+)\s*;\s*([\w-]+)\s*(?:/\s*(.*))?", re.DOTALL)
_ERREUR = re.compile(r"\s*(\d{1,4})\s*\^\s*(.*)", re.DOTALL)

# Les phrases exactes de Mon espace santé n'ont pas été lues : ce sont des données, qu'un profil peut changer.
OBJETS_MES = ("MESSAGE NON DISTRIBUE", "UNDELIVERED MAIL RETURNED TO SENDER")
MOTIFS_MES: Mapping[str, tuple[str, ...]] = {
    "ferme": ("FERME", "CLOTURE", "DESACTIVE", "NE SOUHAITE PAS", "CLOSED", "DISABLED"),
    "inconnu": ("INTROUVABLE", "INCONNU", "N'EXISTE PAS", "AUCUNE BOITE", "AUCUN USAGER", "UNKNOWN", "NOT FOUND"),
    "invalide": ("INVALIDE", "INVALID", "INCORRECTE", "MAL FORMEE", "N'EST PAS CELLE"),
    "trop_gros": ("VOLUMINEUX", "TAILLE", "TOO LARGE", "TOO BIG", "25 MO", "SIZE"),
}


class Nature(StrEnum):
    """Ce qu'est un avis. `KO` : courriel ordinaire qui dit l'échec d'une intégration."""

    DSN = "dsn"
    MDN = "mdn"
    KO = "ko"
    MES = "mes"


@dataclass(frozen=True)
class Disposition:
    """`Disposition: action/envoi; type/modificateur`. `ancienne` : texte d'erreur écrit après `/Error:`."""

    action: str
    envoi: str
    type: str
    modificateur: str = ""
    ancienne: str = ""


@dataclass(frozen=True)
class Avis:
    """Un avis lu. `blocs` : champs de la partie machine (noms en minuscules), un bloc par destinataire pour un DSN.

    `original` : le message joint, ou ses en-têtes ; `original_id` : Message-ID du message dont l'avis parle.
    `code_objet`, `objet_original` : lus dans l'objet d'un échec. `motif` : pour un avis de Mon espace santé.
    """

    nature: Nature
    blocs: tuple[Mapping[str, str], ...] = ()
    original: Partie | None = None
    original_id: str = ""
    disposition: Disposition | None = None
    code_erreur: str = ""
    libelle_erreur: str = ""
    code_objet: str = ""
    objet_original: str = ""
    motif: str = ""

    @property
    def champs(self) -> Mapping[str, str]:
        """Le premier bloc."""
        return self.blocs[0] if self.blocs else {}

    @property
    def integration(self) -> bool:
        """Vrai pour le compte rendu d'une intégration au logiciel (et non d'une lecture par une personne)."""
        if self.nature is Nature.KO or self.code_objet:
            return True
        return self.disposition is not None and self.disposition.type.lower() == "processed"

    @property
    def echec(self) -> bool:
        """Vrai si l'avis dit qu'une intégration a échoué."""
        lue = self.disposition
        return bool(self.code_objet or self.code_erreur or (lue and lue.modificateur.lower() == "error"))


def lire_avis(courriel: Courriel) -> Avis | None:
    """L'avis que ce courriel est ; None si c'est un message ordinaire."""
    racine = courriel.racine
    machine = next(
        (p for p in courriel.feuilles if p.type in ("message/disposition-notification", "message/delivery-status")),
        None,
    )
    annonce = racine.content_type.parametres.get("report-type", "").lower() if racine.type == "multipart/report" else ""
    trouve = _KO.match(courriel.objet[:2000])
    code, suite = (trouve[1], trouve[2]) if trouve else ("", courriel.objet)
    genre = machine.type.partition("/")[2] if machine is not None else annonce
    if genre == "disposition-notification":
        return _mdn(courriel, machine, code, suite)
    if genre == "delivery-status":
        original = _original(courriel)
        return Avis(Nature.DSN, lire_blocs(machine), original, _id(original))
    if trouve:
        original = _original(courriel)
        return Avis(Nature.KO, original=original, original_id=_id(original), code_objet=code, objet_original=suite)
    objet = comparable(courriel.objet[:300])
    if any(modele in objet for modele in OBJETS_MES):
        original = _original(courriel)
        return Avis(Nature.MES, original=original, original_id=_id(original), motif=_motif(courriel))
    return None


def _mdn(courriel: Courriel, machine: Partie | None, code: str, objet: str) -> Avis:
    blocs = lire_blocs(machine)
    champs = blocs[0] if blocs else {}
    original = _original(courriel)
    disposition = lire_disposition(champs.get("disposition", ""))
    erreur = _ERREUR.match(champs.get("error", ""))
    ancienne = _ERREUR.match(disposition.ancienne) if disposition is not None else None
    lue = erreur or ancienne
    return Avis(
        Nature.MDN, blocs, original, champs.get("original-message-id", "").strip() or _id(original), disposition,
        lue[1] if lue else "", lue[2].strip() if lue else champs.get("error", ""), code, objet,
    )  # fmt: skip


def lire_disposition(valeur: str) -> Disposition | None:
    """Lit un champ Disposition, ancienne forme comprise (`processed/Error: texte`) ; None s'il ne se lit pas."""
    trouve = _DISPOSITION.fullmatch(valeur[:4000])
    if trouve is None:
        return None
    modificateur = (trouve[4] or "").strip()
    if modificateur.lower().startswith("error") and modificateur[5:].strip(" :"):
        return Disposition(trouve[1], trouve[2], trouve[3], "error", modificateur[5:].strip(" :"))
    return Disposition(trouve[1], trouve[2], trouve[3], modificateur.rstrip(":"))


def lire_blocs(partie: Partie | None) -> tuple[Mapping[str, str], ...]:
    """Les blocs de champs d'une partie machine ; le premier champ d'un nom vaut."""
    if partie is None:
        return ()
    texte = texte_des_octets(partie.contenu[:_CORPS_MAX]).replace("\r\n", "\n").strip("\n")
    blocs = []
    for morceau in re.split(r"\n[ \t]*\n", texte, maxsplit=_BLOCS_MAX)[:_BLOCS_MAX]:
        champs: dict[str, str] = {}
        for ligne in re.sub(r"\n[ \t]+", " ", morceau.strip("\n")).split("\n")[:_CHAMPS_MAX]:
            if champ := _CHAMP.fullmatch(ligne):
                champs.setdefault(champ[1].lower(), champ[2].strip())
        if champs:
            blocs.append(champs)
    return tuple(blocs)


def _original(courriel: Courriel) -> Partie | None:
    """Le message enfermé dans l'avis : seule feuille à avoir un enfant, sauf s'il est codé en base64."""
    return next((partie.enfants[0] for partie in courriel.feuilles if partie.enfants), None)


def _id(original: Partie | None) -> str:
    return identifiant(Courriel(original.octets[original.debut : original.fin], original)) if original else ""


def objet_de(partie: Partie) -> str:
    """L'objet d'un message inclus, décodé."""
    entete = partie.entete("Subject")
    return entete.texte if entete is not None else ""


def _motif(courriel: Courriel) -> str:
    texte = comparable(texte_du_corps(courriel)[:20_000])
    return next((motif for motif, mots in MOTIFS_MES.items() if any(mot in texte for mot in mots)), "")


def annonce_un_document(objet: str) -> bool:
    """Vrai si l'objet est celui d'un courriel de document de santé."""
    return objet.lstrip().startswith(PREFIXE)
