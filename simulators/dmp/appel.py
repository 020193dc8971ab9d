"""Un appel en cours de traitement, et ce qu'un endpoint rend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO

from simulators.dmp.droits import TableDroits
from simulators.dmp.enveloppe import Enveloppe
from simulators.dmp.erreurs import Refus, TableErreurs
from simulators.dmp.etat import Dossier, EtatDMP
from simulators.dmp.reglages import Reglages
from simulators.dmp.vihf import Vihf
from simulators.socle.echange import Corps
from simulators.socle.mtom import MessageMtom
from simulators.socle.pannes import PanneArmee
from simulators.socle.serveur import RequeteRecue


@dataclass
class Appel:
    """Tout ce qu'un endpoint reçoit : la requête lue et vérifiée, l'état, les réglages."""

    requete: RequeteRecue
    enveloppe: Enveloppe
    vihf: Vihf
    fichier: BinaryIO
    mtom: MessageMtom | None
    etat: EtatDMP
    droits: TableDroits
    table: TableErreurs
    reglages: Reglages
    maintenant: datetime
    panne: PanneArmee | None = None

    def noter(self, cle: str, valeur: object) -> None:
        """Consigne un fait sur l'échange."""
        self.requete.noter(cle, valeur)

    def joue(self, *noms: str) -> bool:
        """Vrai si la panne en cours est l'une de celles-ci."""
        return self.panne is not None and self.panne.nom in noms

    def dossier(self) -> Dossier | None:
        """Dossier du patient du VIHF, tel que la panne en cours le fait voir ; None s'il n'y a pas de DMP."""
        ins = self.vihf.ins
        dossier = self.etat.dossier_de(ins) if ins is not None else None
        if dossier is None or self.joue("dossier_absent"):
            return None
        if self.joue("dossier_ferme"):
            horodate = self.maintenant.strftime("%Y%m%d%H%M%S")
            return replace(
                dossier, statut="terminated", date_fermeture=horodate, motif_fermeture="FERMETURE_DEMANDE_PATIENT"
            )
        autorisation = {
            "professionnel_bloque": "INTERDIT",
            "autorisation_expiree": "EXPIRE",
            "autorisation_absente": "NON_EXISTE",
        }.get(self.panne.nom if self.panne else "")
        if autorisation is not None:
            autres = {ps: valeur for ps, valeur in dossier.autorisations.items() if ps != self.vihf.name_id}
            if autorisation != "NON_EXISTE":
                autres[self.vihf.name_id] = autorisation
            return replace(dossier, autorisations=autres)
        if self.joue("opposition_bris_de_glace"):
            return replace(dossier, opposition_bris_de_glace=True)
        return dossier


@dataclass(frozen=True)
class Resultat:
    """Corps SOAP de la réponse, ses pièces jointes, et les codes à consigner."""

    corps: str
    pieces: tuple[tuple[str, str, Corps], ...] = ()
    codes: tuple[str, ...] = ("Success",)
    multipart: bool = False


@dataclass(frozen=True)
class Endpoint:
    """Une transaction : où elle arrive, comment la reconnaître, qui la traite, comment elle dit non.

    `preciser` rend le nom complet de l'opération (TD3.3a…) d'après le contenu ; `refuser` met en forme un refus
    qui n'est pas une faute SOAP.
    """

    service: str
    operation: str
    action: str
    action_reponse: str
    racine: tuple[str, str]
    traiter: Callable[[Appel], Resultat]
    refuser: Callable[[Appel, Sequence[Refus]], Resultat] | None = None
    preciser: Callable[[Enveloppe, EtatDMP], str] | None = None
    multipart: bool = False


@dataclass(frozen=True)
class PageWeb:
    """Une page du portail : chemins servis en GET."""

    operation: str
    prefixe: str
    traiter: Callable[[RequeteRecue, EtatDMP], bytes] = field(repr=False)
