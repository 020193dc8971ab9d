"""Toutes les vérifications INSi sur les échanges d'un scénario."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.jugements.marque import rejouable
from steps.verifications.insi import (
    assertions,
    contextes,
    corps,
    matricules,
    protocole,
    repetitions,
    sequence,
    signature,
    transport,
    unicite,
)
from steps.verifications.insi.appels import Appel, lire_appel
from steps.verifications.insi.contexte import ContexteInsi

AU_MOINS_UN_APPEL = Regle(
    "INSI-OBS-01",
    "Au moins un appel à INSi a été observé",
    "Règle du banc : le silence n'est jamais conforme",
    Confiance.OFFICIELLE,
    "Vérifier que le logiciel appelle bien l'adresse du simulateur, puis rejouer le scénario.",
)

Controle = Callable[[Appel, ContexteInsi], list[Constat]]

CONTROLES_CONNEXION: tuple[Controle, ...] = (transport.version_tls, transport.certificat_client)
"""Contrôles de la connexion, qui demandent de l'avoir vue."""

CONTROLES_MESSAGE: tuple[Controle, ...] = (
    protocole.http,
    protocole.enveloppe,
    protocole.adressage,
    contextes.presence_et_structure,
    contextes.identifiants_et_heure,
    contextes.emetteur,
    contextes.progiciel,
    assertions.presence,
    signature.signature,
    signature.algorithmes,
    assertions.identite,
    assertions.fraicheur,
    assertions.attributs,
    assertions.valeurs,
    assertions.forme,
    corps.structure,
    corps.traits,
    corps.ecriture,
    matricules.matricules,
)
"""Contrôles d'un message pris seul, connu par le fil ou par un fichier."""

CONTROLES_APPEL = CONTROLES_CONNEXION + CONTROLES_MESSAGE
"""Contrôles d'un appel pris seul."""

CONTROLES_SUITE: tuple[Callable[[Sequence[Appel], ContexteInsi], list[Constat]], ...] = (
    unicite.unicite,
    sequence.ordre_des_essais,
    repetitions.repetitions,
    repetitions.appels_interdits,
)
"""Contrôles de la suite des appels."""


@rejouable
def verifier_requetes_insi(echanges: Sequence[Echange], contexte: ContexteInsi | None = None) -> list[Constat]:
    """Tous les contrôles sur les échanges INSi d'un scénario, dans l'ordre du journal.

    Les constats conformes d'une même règle sont réunis en un ; chaque manquement garde le sien. Sans échange : un
    constat *non concluant*.
    """
    contexte = contexte or ContexteInsi()
    appels = [lire_appel(echange) for echange in sorted(echanges, key=lambda echange: echange.numero)]
    if not appels:
        return [AU_MOINS_UN_APPEL.sans_objet("aucun appel à INSi observé : rien n'a pu être jugé")]
    constats = [constat for appel in appels for controle in CONTROLES_APPEL for constat in controle(appel, contexte)]
    for controle_suite in CONTROLES_SUITE:
        constats += controle_suite(appels, contexte)
    return reunir(constats)


@rejouable
def verifier_message_insi(echange: Echange, contexte: ContexteInsi | None = None) -> list[Constat]:
    """Les contrôles d'une demande dont seul le message est connu : ni connexion, ni suite d'appels.

    Un échange sans `tls`, sans méthode ou sans en-têtes est un échange dont on n'a pas vu la connexion, la ligne de
    requête ou les en-têtes : les règles qui les demandent ne rendent aucun constat.
    """
    appel = lire_appel(echange)
    contexte = contexte or ContexteInsi()
    return reunir([constat for controle in CONTROLES_MESSAGE for constat in controle(appel, contexte)])


@rejouable
def reunir(constats: Sequence[Constat]) -> list[Constat]:
    """Un constat conforme par règle, avec tous ses échanges ; les autres constats restent tels quels, en tête."""
    autres = [constat for constat in constats if constat.verdict is not Verdict.CONFORME]
    enfreints = {constat.code for constat in autres}
    par_code: dict[str, list[Constat]] = {}
    for constat in constats:
        if constat.verdict is Verdict.CONFORME and constat.code not in enfreints:
            par_code.setdefault(constat.code, []).append(constat)
    return autres + [_fondre(groupe) for groupe in par_code.values()]


def _fondre(groupe: list[Constat]) -> Constat:
    premier = groupe[0]
    recus = list(dict.fromkeys(constat.recu for constat in groupe if constat.recu))
    messages = list(dict.fromkeys(constat.message for constat in groupe))
    reste = f" (et {len(recus) - 3} autres)" if len(recus) > 3 else ""
    numeros = dict.fromkeys(numero for constat in groupe for numero in constat.echanges)
    return Constat(
        code=premier.code,
        verdict=premier.verdict,
        message=" ; ".join(messages),
        recu=" ; ".join(recus[:3]) + reste,
        source=premier.source,
        confiance=premier.confiance,
        echanges=tuple(sorted(numeros)),
    )
