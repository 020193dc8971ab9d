"""Le logiciel devant le diagnostic : joignable par chaque adaptateur, un seul produit, ce qui lui manquera."""

from __future__ import annotations

import datetime as dt
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from steps import diagnostic_certificats
from steps.diagnostic_point import Point
from steps.logiciel import mllp
from steps.logiciel.aiguillage import Aiguillage
from steps.logiciel.assemblage import charger_type
from steps.logiciel.besoins import PREMIER, actions_de, sans_ces_actions
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.contexte import ContexteAdaptateur
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.ecoute import qui_ecoute
from steps.logiciel.protocole import Adaptateur, AdaptateurInjoignable, Apropos, AproposInconnu, ReponseAction
from steps.logiciel.types_adaptateur import DescriptionAdaptateur
from steps.selection import ScenarioRetenu

_ECART_MAX_S = 30
_MONTRES = 6
_PRISE_S = 3.0


class _Personne:
    """Une personne sait tout jouer, et ne se joint pas avant la campagne."""

    def apropos(self) -> Apropos:
        raise AproposInconnu("une personne agit")

    def actions(self) -> frozenset[str]:
        return frozenset(charger_contrat().actions)

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        raise AdaptateurInjoignable("une personne n'agit que dans une campagne")

    def fermer(self) -> None:
        """Rien à rendre."""


def examiner(contexte: ContexteAdaptateur, retenus: Sequence[ScenarioRetenu]) -> Iterator[Point]:
    """Chaque adaptateur, puis ce qu'ils disent ensemble."""
    logiciel = contexte.logiciel
    faits: dict[str, Adaptateur] = {}
    with ExitStack() as pile:
        for description in logiciel.adaptateurs:
            type_ = charger_type(description.type)
            nom = f"adaptateur {description.nom}"
            if not type_.joue:
                yield Point(nom, True, f"{type_.nom} : {type_.resume}")
                continue
            if type_.humain:
                faits[description.nom] = _Personne()
                yield Point(nom, True, f"{type_.nom} : {type_.resume}")
                continue
            yield from _https(description)
            try:
                adaptateur = type_.fabrique(description, contexte)
                pile.callback(adaptateur.fermer)
                yield _joindre(description, adaptateur)
            except AdaptateurInjoignable as erreur:
                yield _injoignable(description, erreur)
                return
            yield from _heure(description)
            faits[description.nom] = adaptateur
        yield from _prise(logiciel, faits)
        tous, actions = mllp.brancher(logiciel, contexte.banc, faits)
        yield from _ensemble(Aiguillage(tous, actions=actions, defaut=logiciel.defaut), logiciel, retenus)


def _prise(logiciel: ConfigurationLogiciel, adaptateurs: Mapping[str, Adaptateur]) -> Iterator[Point]:
    """La prise HL7 v2 déclarée : quelqu'un y écoute-t-il ? Elle peut ne s'ouvrir que plus tard : rien n'est arrêté."""
    adresse = logiciel.prise.adresse(adaptateurs) if logiciel.prise else None
    if adresse is None:
        return
    try:
        socket.create_connection((adresse.hote, adresse.port), timeout=_PRISE_S).close()
    except OSError as erreur:
        yield Point(
            "prise HL7 v2",
            False,
            f"{adresse} : {erreur.strerror or erreur}",
            "le logiciel écoute à l'adresse de mllp",
            f"ouvrez sa réception HL7 v2, ou corrigez mllp.port ; port {adresse.port} : {qui_ecoute(adresse.port)}",
            bloquant=False,
        )
    else:
        yield Point("prise HL7 v2", True, f"{adresse} répond")


def _joindre(description: DescriptionAdaptateur, adaptateur: Adaptateur) -> Point:
    try:
        dit = adaptateur.apropos()
        qui = f"répond : {dit.nom} {dit.version}"
    except AproposInconnu:
        qui = "prêt, sans dire le nom du logiciel"
    return Point(
        f"adaptateur {description.nom}", True, f"type {description.type}, {qui}, {len(adaptateur.actions())} actions"
    )


def _injoignable(description: DescriptionAdaptateur, erreur: AdaptateurInjoignable) -> Point:
    lieu = urlsplit(str(description.reglages.get("url", "")))
    que_faire = "lancez le logiciel, puis relancez le diagnostic"
    if lieu.hostname in ("127.0.0.1", "localhost", "::1"):
        port = lieu.port or {"http": 80, "https": 443}.get(lieu.scheme, 0)
        que_faire += f" ; port {port} : {qui_ecoute(port)}"
    return Point(f"adaptateur {description.nom}", False, str(erreur), "le logiciel répond à cet adaptateur", que_faire)


def _https(description: DescriptionAdaptateur) -> Iterator[Point]:
    url = str(description.reglages.get("url", ""))
    autorites = description.chemin("autorites") if description.reglages.get("autorites") else None
    yield from diagnostic_certificats.presente(description.nom, url, autorites, dt.datetime.now(dt.UTC))


def _heure(description: DescriptionAdaptateur) -> Iterator[Point]:
    """L'heure du logiciel, s'il la dit par l'en-tête Date : jetons et assertions n'y survivent pas autrement."""
    if description.type != "http":
        return
    url = str(description.reglages["url"]).rstrip("/") + "/apropos"
    autorites: Path | None = description.chemin("autorites") if description.reglages["autorites"] else None
    with urllib3.PoolManager(
        timeout=urllib3.Timeout(10.0), retries=False, ca_certs=str(autorites) if autorites else None
    ) as client:
        try:
            entete = client.request("GET", url, headers=description.reglages["entetes"]).headers.get("Date", "")
            dite = parsedate_to_datetime(entete)
        except (urllib3.exceptions.HTTPError, ValueError):
            return
    ecart = (dite - dt.datetime.now(dt.UTC)).total_seconds()
    if abs(ecart) > _ECART_MAX_S:
        yield Point(
            "heure",
            False,
            f"le logiciel {'avance' if ecart > 0 else 'retarde'} de {abs(ecart):.0f} s sur le banc",
            f"moins de {_ECART_MAX_S} s d'écart",
            "mettez les deux machines à la même heure : jetons et assertions portent la leur",
            bloquant=False,
        )


def _ensemble(
    aiguillage: Aiguillage, logiciel: ConfigurationLogiciel, retenus: Sequence[ScenarioRetenu]
) -> Iterator[Point]:
    connexion = logiciel.connexion
    try:
        dit = aiguillage.apropos()
    except AproposInconnu:
        pass
    except AdaptateurInjoignable as erreur:
        yield Point("logiciel", False, str(erreur), "un seul produit, dans une seule version")
        return
    else:
        connexion = connexion.completer(dit.pro_sante_connect)
        if (dit.nom, dit.version) != (logiciel.nom, logiciel.version):
            yield Point(
                "version",
                False,
                f"le logiciel se dit {dit.nom} {dit.version}",
                f"{logiciel.nom} {logiciel.version}, comme dans {logiciel.source}",
                "accordez logiciel.nom et logiciel.version, ou lancez la version décrite",
                bloquant=False,
            )
    selon = [retenu.selon(connexion) for retenu in retenus]
    yield from _connexion(selon)
    a_jouer = [retenu for retenu in selon if retenu.ecarte is None]
    yield _actions(aiguillage, a_jouer)
    yield _personnes(logiciel, a_jouer)


def _connexion(selon: Sequence[ScenarioRetenu]) -> Iterator[Point]:
    """Ce que le logiciel ne dit pas de sa connexion, et les scénarios qu'il y perd."""
    for raison, nombre in Counter(retenu.sans_modalite for retenu in selon if retenu.sans_modalite).items():
        manque, _, que_faire = raison.partition(" ; ")
        yield Point(
            "connexion",
            False,
            f"{manque} : {nombre} scénario{'s' if nombre > 1 else ''} non exécuté{'s' if nombre > 1 else ''}",
            "le bloc pro_sante_connect dit les modalités et les adresses de retour",
            que_faire,
            bloquant=False,
        )


def _actions(aiguillage: Aiguillage, a_jouer: Sequence[ScenarioRetenu]) -> Point:
    connues = charger_contrat().actions
    offertes = aiguillage.actions()
    manques = sans_ces_actions([retenu.numero for retenu in a_jouer], offertes, _rem(a_jouer))
    recu = f"{len(offertes)} actions offertes sur {len(connues)}"
    absentes = [action for action in connues if action not in offertes]
    if not absentes:
        return Point("actions", True, recu)
    causes = Counter(action for actions in manques.values() for action in actions)
    pires = ", ".join(f"{action} ({nombre})" for action, nombre in causes.most_common(_MONTRES))
    suite = f" ; {len(manques)} scénarios sur {len(a_jouer)} en manqueront" + (f" : {pires}" if pires else "")
    suite += ", …" if len(causes) > _MONTRES else ""
    if not manques:
        suite = f" ; aucun scénario de ces profils n'appelle les {len(absentes)} autres"
    return Point(
        "actions",
        not manques,
        recu + suite,
        "toutes les actions que les scénarios appellent",
        "offrez-les, ou confiez-les à une personne (type operateur) ; sans elles, ces scénarios ne sont pas exécutés",
        bloquant=False,
    )


def _rem(a_jouer: Sequence[ScenarioRetenu]) -> str:
    return a_jouer[0].scenario.rem if a_jouer else PREMIER


def _personnes(logiciel: ConfigurationLogiciel, a_jouer: Sequence[ScenarioRetenu]) -> Point:
    """Combien de scénarios demandent une personne : pour juger, ou pour agir."""
    humains = {d.nom for d in logiciel.adaptateurs if charger_type(d.type).humain}
    confiees = {a for a in charger_contrat().actions if logiciel.actions.get(a, logiciel.defaut) in humains}
    jugent = sum(retenu.scenario.laisse_a_une_personne for retenu in a_jouer)
    agissent = sum(bool(actions_de(retenu.numero, retenu.scenario.rem) & confiees) for retenu in a_jouer)
    return Point(
        "personnes",
        True,
        f"{jugent} scénarios sur {len(a_jouer)} se jugent à l'œil, {agissent} demandent une personne pour agir",
    )
