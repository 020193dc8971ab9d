"""Une transaction SMTP, de MAIL à la fin de DATA."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.mssante.etat import DemandeDsn
from simulators.mssante.smtp_parametres import ParametresMail, ParametresRcpt


@dataclass
class Transaction:
    """Enveloppe en cours : expéditeur, destinataires acceptés et refusés, ce que DSN demande."""

    expediteur: str
    parametres: ParametresMail
    un_sur_trois: bool = False
    rang: int = 0
    destinataires: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    par_destinataire: dict[str, ParametresRcpt] = field(default_factory=dict)

    @property
    def dsn(self) -> DemandeDsn:
        """Ce qui a été demandé par l'extension DSN."""
        return DemandeDsn(
            ret=self.parametres.ret,
            envid=self.parametres.envid,
            notify={adresse: p.notify for adresse, p in self.par_destinataire.items() if p.notify},
            orcpt={adresse: p.orcpt for adresse, p in self.par_destinataire.items() if p.orcpt},
        )

    def en_notes(self) -> dict[str, str]:
        """Notes de l'échange DATA."""
        notes = {
            "mail_from": self.expediteur,
            "destinataires": " ".join(self.destinataires),
            "destinataires_refuses": " ".join(self.refuses),
        }
        if self.parametres.taille is not None:
            notes["taille_annoncee"] = str(self.parametres.taille)
        return notes
