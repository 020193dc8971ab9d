"""La mémoire des simulateurs pendant une alimentation du DMP de 60 Mo en MTOM."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.mesure import Mesure
from tests.interop import lots
from tests.interop.lancement import BancLance, lancer

_ENTIER = 60 * 2**20


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Mémoire au plus haut du processus des simulateurs, et ce que l'envoi y ajoute ; sous Linux seulement."""
    if not Path("/proc/self/status").is_file():
        return []
    taille = 4 * 2**20 if rapide else _ENTIER
    ici = dossier / "memoire"
    ici.mkdir()
    with lancer(ici) as banc:
        lot = lots.alimentation(banc, taille=taille)
        avant = banc.memoire_mo("VmHWM")
        statut, recu = _poster(banc, lot)
        apres = banc.memoire_mo("VmHWM")
    if statut != 200 or b"ResponseStatusType:Success" not in recu:
        raise RuntimeError(f"alimentation refusée ({statut}) : {recu[-500:]!r}")
    return [
        Mesure(
            "memoire_mtom",
            f"Mémoire des simulateurs après un envoi MTOM de {taille / 2**20:.0f} Mo",
            apres,
            "Mo",
            150,
            {"avant l'envoi (Mo)": avant, "ajouté par l'envoi (Mo)": apres - avant},
        )
    ]


def _poster(banc: BancLance, lot: lots.Envoi) -> tuple[int, bytes]:
    contexte = ssl.create_default_context(cafile=banc.racines)
    contexte.load_cert_chain(*banc.certificat("org_auth_cli"))
    url = urlsplit(lot.url)
    connexion = http.client.HTTPSConnection(url.hostname or "", url.port, context=contexte, timeout=120)
    try:
        connexion.request("POST", url.path, lot.octets, {"Content-Type": lot.type_contenu})
        reponse = connexion.getresponse()
        return reponse.status, reponse.read()
    finally:
        connexion.close()
