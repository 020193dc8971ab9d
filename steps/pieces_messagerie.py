"""Les pièces d'un scénario de messagerie : la source de chaque courriel remis, le dialogue avec l'opérateur."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.vues_dialogues import est_dialogue
from simulators.socle.echange import Corps, Echange

_LIGNES_MAX = 400
_LONGUEUR_MAX = 1_000


@dataclass(frozen=True)
class Source:
    """La source d'un courriel : ses octets, tels que l'opérateur les a reçus."""

    nom: str
    corps: Corps
    description: str


def messages(echanges: Iterable[Echange]) -> Iterator[Source]:
    """Les courriels que l'opérateur a acceptés, dans l'ordre."""
    for echange in echanges:
        reponse = echange.reponse
        if echange.operation != "smtp:DATA" or echange.requete.corps.taille == 0:
            continue
        if reponse is None or not 200 <= reponse.statut < 300:
            continue
        destinataires = echange.notes.get("destinataires", "")
        yield Source(
            f"courriel-{echange.numero:06d}.eml",
            echange.requete.corps,
            f"courriel de {echange.notes.get('mail_from', '')} à {', '.join(destinataires.split())} "
            f"(échange n° {echange.numero})",
        )


def dialogue(echanges: Iterable[Echange]) -> str:
    """Le dialogue en texte, connexion par connexion ; « C: » le logiciel, « S: » l'opérateur. Vide sans connexion."""
    connexions: dict[str, list[str]] = {}
    for echange in echanges:
        if est_dialogue(echange):
            cle = echange.notes.get("connexion", "")
            lignes = connexions.setdefault(cle, [f"== connexion {cle} ({echange.operation.partition(':')[0]})"])
            if len(lignes) <= _LIGNES_MAX:
                lignes += _lignes(echange)
    return "".join("\n".join(lignes) + "\n\n" for lignes in connexions.values())


def _lignes(echange: Echange) -> Iterator[str]:
    """L'heure, le canal, la commande, un corps désigné par sa taille, la réponse."""
    verbe = echange.operation.partition(":")[2]
    tls = f"{echange.tls.version}, {echange.tls.suite}" if echange.tls else "en clair"
    panne = f", panne « {echange.panne} »" if echange.panne else ""
    yield f"-- n° {echange.numero}, {echange.debut.isoformat(timespec='milliseconds')}, {tls}{panne}"
    if verbe == "fin":
        yield "-- connexion fermée"
        return
    if verbe != "connexion":
        yield f"C: {echange.requete.methode} {echange.requete.cible}".rstrip()[:_LONGUEUR_MAX]
    if taille := echange.requete.corps.taille:
        yield f"C: [{taille} octets, SHA-256 {echange.requete.corps.sha256}]"
    if echange.reponse is None:
        yield "-- coupée sans réponse"
        return
    corps = echange.reponse.corps
    if corps.taille > 64 * 1024:
        yield f"S: [{corps.taille} octets, SHA-256 {corps.sha256}]"
        return
    for ligne in corps.octets.decode("utf-8", "replace").splitlines():
        yield f"S: {ligne}"[:_LONGUEUR_MAX]
