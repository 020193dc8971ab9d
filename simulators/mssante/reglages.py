"""Ce que l'opérateur de test choisit là où les textes publics laissent libre."""

from __future__ import annotations

from dataclasses import dataclass

DOMAINE_LABORATOIRE = "labo.formation.mssante.fr"
DOMAINE_USAGERS = "patient.mssante.fr"


@dataclass(frozen=True)
class Reglages:
    """Limites en octets et en secondes. Aucune ne vient d'un texte : un opérateur réel fixe les siennes."""

    domaine: str = DOMAINE_LABORATOIRE
    nom_hote: str = "mss.labo.formation.mssante.fr"
    taille_max: int = 30 * 2**20
    """SIZE annoncé ; au-delà des 25 Mo de Mon espace santé, qui refuse lui-même, plus tard."""
    quota: int = 500 * 2**20
    messages_par_periode: int = 600
    """Messages qu'une BAL peut soumettre par période ; au-delà, refus temporaire."""
    periode_debit: float = 60.0
    destinataires_max: int = 100
    sessions_max: int = 500
    commandes_inconnues_max: int = 10
    echecs_authentification_max: int = 5
    delai_inactivite: float = 300.0
    delai_poignee: float = 15.0
    fermer_a_la_fin_de_session: bool = True
    """Les connexions ouvertes par un jeton Pro Santé Connect se ferment quand sa session finit."""
