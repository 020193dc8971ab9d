"""Le serveur DICOM : associations, C-ECHO, C-STORE ; chaque demande est un échange du journal.

Seul module du banc qui importe la bibliothèque DICOM réseau, et seulement quand le serveur démarre.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from simulators.pacs.pannes import STATUTS
from simulators.socle.echange import VIDE, Corps, CorpsMemoire, Reponse, Requete
from simulators.socle.journal import JournalArrete, JournalEchanges, MatriculeReel
from simulators.socle.pannes import RegistrePannes
from simulators.socle.requete import Port, RequeteRecue

SERVICE = "pacs"
AE = "BANC-PACS"
STOCKER, VERIFIER = "C-STORE", "C-ECHO"
REUSSI, INTERROMPU = 0x0000, 0xC000
_DELAI_S = 30
"""Une demande qui traîne ne retient pas l'arrêt du banc."""


class ServeurDicom:
    """`demarrer` rend le port de boucle locale où il écoute ; sûr entre fils."""

    def __init__(self, journal: JournalEchanges, pannes: RegistrePannes) -> None:
        self._journal = journal
        self._pannes = pannes
        self._verrou = threading.Lock()
        self._serveur: Any = None
        self.port = Port(SERVICE, 0, tls=False, protocole="dicom")

    def demarrer(self) -> int:
        """Démarre au premier appel."""
        with self._verrou:
            if self._serveur is None:
                self._serveur = self._ouvrir()
            return int(self._serveur.server_address[1])

    def arreter(self) -> None:
        """Ferme le port et les associations."""
        with self._verrou:
            serveur, self._serveur = self._serveur, None
        if serveur is not None:
            serveur.ae.shutdown()

    def _ouvrir(self) -> Any:
        from pynetdicom import ae, evt

        entite = ae.ApplicationEntity(ae_title=AE)
        entite.supported_contexts = _contextes()
        entite.network_timeout = entite.dimse_timeout = entite.acse_timeout = _DELAI_S
        return entite.start_server(
            ("127.0.0.1", 0), block=False,
            evt_handlers=[(evt.EVT_C_ECHO, self._echo), (evt.EVT_C_STORE, self._stocker)],
        )  # fmt: skip

    # -- les demandes ------------------------------------------------------------------------------------------

    def _echo(self, evenement: Any) -> int:
        recue = self._recue(evenement, VERIFIER)
        return self._inscrire(evenement, recue, REUSSI)

    def _stocker(self, evenement: Any) -> int:
        recue = self._recue(evenement, STOCKER, CorpsMemoire(evenement.encoded_dataset(include_meta=False)))
        recue.noter("instance", evenement.request.AffectedSOPInstanceUID)
        recue.noter("classe", evenement.request.AffectedSOPClassUID)
        recue.noter("syntaxe", evenement.context.transfer_syntax)
        armee = self._pannes.prendre(recue, *STATUTS)
        return self._inscrire(evenement, recue, REUSSI if armee is None else STATUTS[armee.nom])

    # -- le journal --------------------------------------------------------------------------------------------

    def _recue(self, evenement: Any, operation: str, corps: Corps = VIDE) -> RequeteRecue:
        appelant = str(evenement.assoc.requestor.ae_title).strip()
        appele = str(evenement.assoc.acceptor.ae_title).strip()
        return RequeteRecue(
            SERVICE, operation, appele, "", (("AE appelant", appelant), ("AE appelé", appele)), self.port,
            appelant, datetime.now(UTC), None, corps=corps, operation=operation,
        )  # fmt: skip

    def _inscrire(self, evenement: Any, recue: RequeteRecue, statut: int) -> int:
        """L'échange, avant la réponse ; une panne ou un journal arrêté (identité réelle) abandonne l'association."""
        abandonne = self._pannes.prendre(recue, "abandon") is not None
        if not abandonne:
            recue.noter("statut", f"{statut:04X}H")
        try:
            self._journal.ajouter_echange(
                service=SERVICE,
                operation=recue.operation,
                debut=recue.instant,
                fin=datetime.now(UTC),
                requete=Requete(recue.methode, recue.cible, recue.entetes, recue.corps, ""),
                reponse=None if abandonne else Reponse(0),
                pair=recue.pair,
                panne=recue.panne,
                notes=recue.notes,
            )
        except (JournalArrete, MatriculeReel):
            abandonne = True
        if abandonne:
            evenement.assoc.abort()
            return INTERROMPU
        return statut


def _contextes() -> list[Any]:
    """Toutes les classes de stockage, dans toutes les syntaxes : le PACS prend ce que le logiciel choisit."""
    from pydicom.uid import AllTransferSyntaxes
    from pynetdicom import build_context
    from pynetdicom.presentation import AllStoragePresentationContexts
    from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

    stockage = sorted({str(contexte.abstract_syntax) for contexte in AllStoragePresentationContexts})
    return [build_context(Verification), *(build_context(classe, list(AllTransferSyntaxes)) for classe in stockage)]
