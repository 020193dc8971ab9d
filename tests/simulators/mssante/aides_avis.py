"""Messages acceptés d'essai, et lecture d'avis par la bibliothèque standard."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from itertools import count

from simulators.mssante.etat import DemandeDsn, MessageRecu
from simulators.socle.echange import CorpsMemoire
from simulators.socle.pannes import PanneArmee

BAL = "alix.biologue@labo.formation.mssante.fr"
INSTANT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_NUMEROS = count(1)


def recu(*destinataires: str, expediteur: str = BAL, dsn: DemandeDsn | None = None, **entetes: str) -> MessageRecu:
    """Un message accepté ; `entetes` : en plus ou à la place de ceux d'un message ordinaire (`_` pour `-`)."""
    lignes = {
        "From": BAL,
        "To": ", ".join(destinataires),
        "Subject": "XDM/1.0/DDM+CR d'examens ETE ANNE",
        "Message-ID": f"<{next(_NUMEROS)}@labo.formation.mssante.fr>",
    }
    lignes |= {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
    bloc = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in lignes.items())
    octets = bloc.encode() + b"\r\nBonjour\r\n"
    return MessageRecu(1, expediteur, destinataires, CorpsMemoire(octets), "s1", INSTANT, BAL, dsn or DemandeDsn())


def lire(octets: bytes) -> EmailMessage:
    """Le courriel, selon la politique moderne."""
    lu = message_from_bytes(octets, policy=default)
    assert isinstance(lu, EmailMessage)
    return lu


def rapport(octets: bytes, type_rapport: str) -> tuple[EmailMessage, list[Message], Message]:
    """(avis, groupes de champs de la deuxième partie, troisième partie) ; échoue si ce n'est pas un rapport exact."""
    avis = lire(octets)
    assert avis.get_content_type() == "multipart/report" and avis.get_param("report-type") == type_rapport
    parties = list(avis.iter_parts())
    assert [p.get_content_type() for p in parties[:2]] == ["text/plain", f"message/{type_rapport}"]
    assert len(parties) == 3 and not avis.defects
    return avis, list(parties[1].get_payload()), parties[2]


class Depots:
    """Fonction de dépôt d'essai : garde tout, dans l'ordre."""

    def __init__(self, *inconnues: str) -> None:
        self.recus: list[tuple[str, bytes]] = []
        self.inconnues = inconnues

    def __call__(self, adresse: str, octets: bytes) -> int:
        if adresse in self.inconnues:
            raise LookupError(adresse)
        self.recus.append((adresse, octets))
        return len(self.recus)

    @property
    def natures(self) -> list[str]:
        """`dsn`, `mdn`, ou l'objet d'un courriel ordinaire."""
        natures = {"delivery-status": "dsn", "disposition-notification": "mdn"}
        return [natures.get(str(lire(o).get_param("report-type")), str(lire(o)["Subject"])) for _, o in self.recus]


class Pannes:
    """Pannes d'essai : noms armés, pris une fois."""

    def __init__(self, *noms: str, **parametres: object) -> None:
        self.noms = list(noms)
        self.parametres = parametres

    def __call__(self, nom: str, adresse: str) -> PanneArmee | None:
        if nom not in self.noms:
            return None
        self.noms.remove(nom)
        return PanneArmee(None, nom, 1, None, None, dict(self.parametres))  # type: ignore[arg-type]
