"""Ce que le port de gestion permet sur la messagerie : faire arriver un courriel, répondre à la place d'un patient.

La matière entrante n'est chargée qu'à la demande : ses bibliothèques (PDF, images) retarderaient le démarrage du banc.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulators.mssante.usagers import ReponseImpossible
from simulators.socle.gestion import DemandeRefusee
from simulators.socle.identites import IdentiteTest, par_cas

if TYPE_CHECKING:
    from simulators.mssante.simulateur import SimulateurMSSante
    from simulators.socle.requete import RequeteRecue

TAILLE_MAX = 30 * 2**20


class GestionMSSante:
    """Lectures et écritures à donner à `Gestion`."""

    def __init__(self, simulateur: SimulateurMSSante) -> None:
        self._simulateur = simulateur
        self._accuses = simulateur.usagers.accuses

    def lectures(self) -> dict[str, Callable[[RequeteRecue], object]]:
        """`GET /mssante/matieres` : les courriels que le banc sait fabriquer."""
        return {"/mssante/matieres": lambda requete: _matieres()}

    def ecritures(self) -> dict[str, Callable[[dict[str, Any]], object]]:
        """`POST` : déposer une matière ou des octets, ouvrir ou fermer une boîte d'usager, répondre en patient."""
        return {
            "/mssante/courriels": self._deposer,
            "/mssante/usagers": self._usager,
            "/mssante/usagers/reponse": self._repondre,
            "/mssante/accuses-tardifs": lambda demande: {
                "deposes": self._simulateur.usagers.accuses.delivrer_tardifs()
            },
        }

    def _deposer(self, demande: dict[str, Any]) -> object:
        """`adresse` et, soit `octets_base64`, soit `nom` (et `cas`, `expediteur`, `graine`, `taille`)."""
        adresse = _texte(demande, "adresse")
        if "octets_base64" in demande:
            try:
                octets = base64.b64decode(_texte(demande, "octets_base64"), validate=True)
            except ValueError:
                raise DemandeRefusee("« octets_base64 » n'est pas du base64") from None
            return {"uid": self._arriver(adresse, octets), "message_id": ""}
        from simulators.mssante.courriels import LABORATOIRE_VOISIN, fabriquer

        nom, taille = _texte(demande, "nom"), demande.get("taille", 0)
        if not isinstance(taille, int) or not 0 <= taille <= TAILLE_MAX:
            raise DemandeRefusee(f"« taille » : un nombre d'octets, {TAILLE_MAX} au plus")
        try:
            courriel = fabriquer(
                nom, patient=_identite(demande), destinataire=adresse,
                expediteur=str(demande.get("expediteur") or LABORATOIRE_VOISIN.adresse),
                graine=str(demande.get("graine") or ""), original=self._dernier_envoi(adresse), taille=taille,
            )  # fmt: skip
        except KeyError as erreur:
            raise DemandeRefusee(str(erreur.args[0])) from None
        except ValueError as erreur:
            raise DemandeRefusee(str(erreur)) from None
        return {
            "uid": self._arriver(adresse, courriel.octets),
            "message_id": courriel.message_id,
            "objet": courriel.objet,
            "note": courriel.note,
        }

    def _usager(self, demande: dict[str, Any]) -> object:
        """`cas` d'une identité de test et `etat` : ouverte, fermee."""
        matricule = _identite(demande).matricule_ins
        usagers = self._simulateur.usagers
        etat = demande.get("etat", "ouverte")
        if etat not in ("ouverte", "fermee"):
            raise DemandeRefusee("« etat » : ouverte ou fermee")
        adresse = usagers.ouvrir(matricule)
        if etat == "fermee":
            usagers.fermer(matricule)
        return {"adresse": adresse, "etat": etat}

    def _repondre(self, demande: dict[str, Any]) -> object:
        """Réponse du patient de ce `cas` au dernier message qu'il a reçu, avec ce `texte`."""
        matricule = _identite(demande).matricule_ins
        recus = self._simulateur.usagers.messages(matricule)
        if not recus:
            raise DemandeRefusee("cet usager n'a reçu aucun message")
        try:
            uid = self._simulateur.usagers.repondre(recus[-1], _texte(demande, "texte"))
        except (ReponseImpossible, LookupError) as erreur:
            raise DemandeRefusee(str(erreur)) from None
        return {"uid": uid}

    def _arriver(self, adresse: str, octets: bytes) -> int:
        try:
            return self._simulateur.deposer(adresse, octets)
        except LookupError as erreur:
            raise DemandeRefusee(str(erreur)) from None

    def _dernier_envoi(self, adresse: str) -> bytes | None:
        """Le dernier message soumis par cette BAL : une réponse ou un avis s'y rapporte."""
        envois = [recu for recu in self._simulateur.etat.recus if recu.expediteur.lower() == adresse.lower()]
        return envois[-1].octets if envois else None


def _matieres() -> list[dict[str, object]]:
    from simulators.mssante.courriels import MATIERES

    return [{"nom": m.nom, "note": m.note, "conforme": m.conforme} for m in MATIERES.values()]


def _identite(demande: dict[str, Any]) -> IdentiteTest:
    try:
        return par_cas(str(demande.get("cas") or "nominal"))
    except KeyError as erreur:
        raise DemandeRefusee(str(erreur.args[0])) from None


def _texte(demande: dict[str, Any], nom: str) -> str:
    valeur = demande.get(nom)
    if not isinstance(valeur, str) or not valeur:
        raise DemandeRefusee(f"« {nom} » : un texte est attendu")
    return valeur
