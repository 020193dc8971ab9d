"""Un courriel lu : octets gardés, parties, adresses, pièces jointes. `lire_courriel` ne lève jamais."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from steps.verifications.mssante.boites_lues import Adresse
from steps.verifications.mssante.mime import Decoupeur, EnTete, Partie

if TYPE_CHECKING:
    from steps.verifications.mssante.contenus import Contenus

DOMAINE_USAGERS = "patient.mssante.fr"
_GROS = 4 * 1024 * 1024
_CONTENANTS = ("multipart/mixed", "multipart/related", "multipart/signed", "multipart/report")


@dataclass(frozen=True, eq=False)
class Courriel:
    """Un message et ce que le découpage en a tiré. `limite` : limite du banc atteinte, vide si tout a été lu."""

    octets: bytes
    racine: Partie
    limite: str = ""

    def entete(self, nom: str) -> EnTete | None:
        """Le premier en-tête de ce nom, casse libre."""
        return self.racine.entete(nom)

    def tous(self, nom: str) -> list[EnTete]:
        """Les en-têtes de ce nom, dans l'ordre."""
        return self.racine.tous(nom)

    def valeur(self, nom: str) -> str:
        """Le premier en-tête de ce nom, déplié et non décodé ; vide s'il manque."""
        entete = self.entete(nom)
        return entete.valeur if entete is not None else ""

    def adresses(self, nom: str) -> list[Adresse]:
        """Les adresses de tous les en-têtes de ce nom."""
        return [adresse for entete in self.tous(nom) for adresse in entete.boites[0]]

    @cached_property
    def objet(self) -> str:
        """L'objet, déplié et décodé ; vide s'il manque."""
        entete = self.entete("Subject")
        return entete.texte if entete is not None else ""

    @property
    def rapport(self) -> bool:
        """Avis de lecture, de remise ou d'échec (RFC 6522) : il parle d'un courriel, sans le transmettre."""
        return self.racine.type == "multipart/report"

    @cached_property
    def expediteur(self) -> Adresse | None:
        """La première adresse du From."""
        return next(iter(self.adresses("From")), None)

    @cached_property
    def destinataires(self) -> list[Adresse]:
        """Adresses de To, Cc et Bcc."""
        return [adresse for nom in ("To", "Cc", "Bcc") for adresse in self.adresses(nom)]

    @cached_property
    def parties(self) -> list[Partie]:
        """Toutes les parties, contenants compris, sans entrer dans les messages inclus."""
        return self.racine.parcourir()

    @cached_property
    def feuilles(self) -> list[Partie]:
        """Les parties qui ne sont pas des multipart."""
        return [partie for partie in self.parties if not partie.multipart]

    @cached_property
    def corps(self) -> Partie | None:
        """La partie du texte adressé au destinataire ; None si le message commence par une pièce jointe."""
        partie = self.racine
        while partie.type in _CONTENANTS and partie.enfants:
            partie = partie.enfants[0]
        if partie.type in _CONTENANTS or partie.disposition.valeur == "attachment":
            return None
        est_un_texte = partie.type in ("text/plain", "text/html", "multipart/alternative")
        return partie if est_un_texte or not partie.nom_de_fichier else None

    @cached_property
    def pieces(self) -> list[Partie]:
        """Les feuilles hors du corps : pièces jointes, nommées ou non."""
        du_corps = self.corps.parcourir() if self.corps is not None else []
        connues = {id(partie) for partie in du_corps}
        return [partie for partie in self.feuilles if id(partie) not in connues]

    @cached_property
    def contenus(self) -> Contenus:
        """Archives, CDA et PDF joints, lus."""
        from steps.verifications.mssante.contenus import lire_contenus

        return lire_contenus(self)


def lire_courriel(octets: bytes) -> Courriel:
    """Lit des octets quelconques ; un gros message n'est gardé qu'une fois en mémoire."""
    return _lire(octets) if len(octets) < _GROS else _lire_gros(octets)


def _decouper(octets: bytes) -> Courriel:
    decoupeur = Decoupeur(octets)
    racine = decoupeur.lire()
    return Courriel(octets, racine, decoupeur.limite)


_lire = lru_cache(maxsize=8)(_decouper)
_lire_gros = lru_cache(maxsize=1)(_decouper)


def est_usager(adresse: str) -> bool:
    """Vrai pour une boîte d'usager : `<matricule>@patient.mssante.fr`, domaine de formation compris."""
    domaine = adresse.rpartition("@")[2].lower()
    return domaine == DOMAINE_USAGERS or (domaine.startswith("patient.") and domaine.endswith(".mssante.fr"))
