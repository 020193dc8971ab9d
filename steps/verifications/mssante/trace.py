"""La trace fonctionnelle du logiciel comparée au dialogue que l'opérateur a vu (MSS/CONF.17 et CONF.18)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.instants import pendant
from steps.verifications.mssante.dialogue import IMAP, Session
from steps.verifications.mssante.enveloppe import identifiant_du_message
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_OU = "journal de traces MSSanté du logiciel"

TRACEE = Regle(
    "MSS-TRA-01", "Chaque traitement opéré sur une BAL laisse une trace fonctionnelle", REM_BIO.format("MSS/CONF.17"),
    Confiance.OFFICIELLE, "Tracer les envois, consultations et suppressions, qu'ils aboutissent ou non.",
)  # fmt: skip
AUTEUR = Regle(
    "MSS-TRA-02", "La trace nomme son auteur authentifié", REM_BIO.format("MSS/CONF.18"), Confiance.OFFICIELLE,
    "Écrire dans chaque trace l'identifiant de l'utilisateur qui a fait l'action.",
)  # fmt: skip
HORODATAGE = Regle(
    "MSS-TRA-03", "La trace porte la date et l'heure locales du poste", REM_BIO.format("MSS/CONF.18"),
    Confiance.OFFICIELLE, "Dater chaque trace : jour et heure, à l'heure du poste.",
)  # fmt: skip
ACTION = Regle(
    "MSS-TRA-04", "La trace dit le type d'action", REM_BIO.format("MSS/CONF.18"), Confiance.OFFICIELLE,
    "Nommer l'action dans chaque trace : connexion, envoi, consultation, suppression…",
)  # fmt: skip
DEMANDE = Regle(
    "MSS-TRA-05", "La trace garde la demande faite à l'opérateur", REM_BIO.format("MSS/CONF.18"), Confiance.OFFICIELLE,
    "Garder dans la trace la demande : commande, BAL, destinataires ou identifiant du message.",
)  # fmt: skip
REPONSE = Regle(
    "MSS-TRA-06", "La trace garde la réponse de l'opérateur, échecs compris", REM_BIO.format("MSS/CONF.18"),
    Confiance.OFFICIELLE, "Garder dans la trace le code et le texte de la réponse, y compris d'un refus.",
)  # fmt: skip
SANS_CONTENU = Regle(
    "MSS-TRA-07", "La trace ne garde pas le contenu des messages", "ANS, réponse aux éditeurs du 16/10/2025",
    Confiance.DOCUMENTEE, "Ne tracer ni le corps ni les pièces jointes.",
)  # fmt: skip


class Nature(StrEnum):
    """Genre d'un traitement, tel que le fil le montre."""

    ENVOI = "envoi"
    CONSULTATION = "consultation"


_MOTS = {
    Nature.ENVOI: r"ENVO[IY]|EMISSION|EMET|SMTP|\bSEND|\bSENT|MAIL FROM|\bRCPT\b|\bDATA\b|EXPEDI|TRANSMI",
    Nature.CONSULTATION: r"CONSULT|RELEV|LECTURE|\bLIRE\b|\bLU\b|RECEP|\bRECU|IMAP|FETCH|OUVERT|SELECT|\bREAD\b",
}

Trace = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """Un traitement vu par l'opérateur. `reperes` : ce qui le désigne ; `reponse` : ce que l'opérateur a conclu."""

    nature: Nature
    bal: str
    reperes: tuple[str, ...]
    statut: int | None
    reponse: str
    echanges: tuple[int, ...]

    @property
    def phrase(self) -> str:
        sujet = self.reperes[0] if self.reperes else self.bal
        return f"{self.nature} ({sujet}), réponse {self.statut or 'absente'}"


def operations(sessions: Iterable[Session]) -> list[Operation]:
    """Les traitements que le dialogue montre : chaque envoi, chaque consultation d'une boîte."""
    vues: list[Operation] = []
    for session in sessions:
        for t in session.transactions:
            message_id = identifiant_du_message(t.message) if t.message else ""
            decisive = next((d.commande for d in t.destinataires if not d.accepte), t.derniere)
            decisive = t.data if t.data is not None and t.data.statut is not None and t.message else decisive
            reperes = tuple(r for r in (message_id, *t.adresses) if r)
            vues.append(Operation(Nature.ENVOI, t.bal, reperes, decisive.statut, decisive.reponse.strip(), t.numeros))
        lectures = [c for c in session.commandes if c.verbe in ("FETCH", "UID FETCH") and c.statut is not None]
        if session.protocole == IMAP and lectures:
            derniere = lectures[-1]
            vues.append(
                Operation(
                    Nature.CONSULTATION, session.bal, (session.bal,), derniere.statut,
                    _derniere_ligne(derniere.reponse), tuple(c.numero for c in lectures),
                )
            )  # fmt: skip
    return vues


@verification(TRACEE)
def operations_tracees(
    traces: Sequence[Trace], vues: Sequence[Operation], debut: datetime, fin: datetime
) -> list[Constat]:
    """À chaque genre de traitement vu sur le fil répond au moins une trace datée du scénario."""
    if not vues:
        return [TRACEE.sans_objet("aucun envoi ni aucune consultation n'a été observé")]
    constats = []
    for vue in vues:
        trouvees = traces_de(vue, traces, debut, fin)
        if trouvees:
            recu = f"{len(trouvees)} trace(s)"
            constats.append(TRACEE.respectee(f"tracé : {vue.phrase}", recu=recu, ou=_OU, echanges=vue.echanges[-1:]))
            continue
        constats.append(
            TRACEE.enfreinte(
                f"traitement sans trace : {vue.phrase}",
                attendu=f"une trace de cet {vue.nature}" if vue.nature is Nature.ENVOI else "une trace de consultation",
                recu=_resume(traces),
                ou=_OU,
                echanges=vue.echanges[-1:],
            )
        )
    return constats


@verification(AUTEUR, HORODATAGE, ACTION, DEMANDE, REPONSE)
def contenu_des_traces(
    traces: Sequence[Trace], vues: Sequence[Operation], auteurs: Collection[str], debut: datetime, fin: datetime
) -> list[Constat]:
    """Les traces de chaque traitement portent auteur, heure, action, demande et réponse.

    `auteurs` : identifiants admis de l'utilisateur (compte, RPPS). Un traitement peut avoir plusieurs traces, une par
    commande : il suffit qu'ensemble elles disent la demande et la réponse.
    """
    constats: list[Constat] = []
    for vue in vues:
        trouvees = traces_de(vue, traces, debut, fin)
        if trouvees:
            constats += [
                _auteur(vue, trouvees, auteurs),
                _horodatage(vue, trouvees, debut, fin),
                _presence(ACTION, vue, [str(t.get("action") or _detail(t, "operation")) for t in trouvees], "action"),
                _presence(DEMANDE, vue, [_detail(t, "demande") for t in trouvees], "demande faite au serveur"),
                _reponse(vue, trouvees),
            ]
    return constats or [REPONSE.sans_objet("aucune trace ne se rapporte à un traitement observé")]


@verification(SANS_CONTENU)
def sans_contenu(traces: Sequence[Trace], passages: Sequence[str], transmis: Sequence[bytes]) -> Constat:
    """Aucune trace ne contient un passage du corps. `passages` : phrases propres à l'essai ; `transmis` : les messages.

    Le passage doit être parti (contrôle positif) : sinon son absence des traces ne prouve rien.
    """
    if not traces:
        return SANS_CONTENU.sans_objet("aucune trace à examiner")
    if not passages or not transmis:
        return SANS_CONTENU.sans_objet("aucun message transmis dont le contenu soit connu")
    textes = [comparable(_aplatir(trace)) for trace in traces]
    trouves = [p for p in passages if any(comparable(p) in texte for texte in textes)]
    if trouves:
        return SANS_CONTENU.enfreinte(
            "le contenu d'un message est dans les traces",
            attendu="ni corps ni pièce jointe", recu=trouves[0][:80], ou=_OU,
        )  # fmt: skip
    return SANS_CONTENU.respectee(recu=f"{len(traces)} trace(s) sans contenu de message", ou=_OU)


def traces_de(vue: Operation, traces: Sequence[Trace], debut: datetime, fin: datetime) -> list[Trace]:
    """Traces qui se rapportent à ce traitement : par le Message-ID, sinon par un destinataire, sinon par genre et BAL.

    Une trace mal datée qui porte le Message-ID lui appartient aussi : c'est sa date qui est fausse.
    """
    du_genre = [t for t in traces if _du_genre(vue, t)]
    datees = [t for t in du_genre if pendant(t.get("horodatage"), debut, fin)]
    for candidates, reperes in (
        (du_genre, [r for r in vue.reperes if r.startswith("<")]),
        (datees, vue.reperes if vue.nature is Nature.ENVOI else ()),
    ):
        if trouvees := [t for t in candidates if any(_porte(t, repere) for repere in reperes)]:
            return trouvees
    return [t for t in datees if _detail(t, "bal").lower() in ("", vue.bal) and not _detail(t, "message_id")]


def _du_genre(vue: Operation, trace: Trace) -> bool:
    """La trace parle de ce genre d'action ; un vocabulaire inconnu convient si elle porte le repère."""
    texte = comparable(f"{trace.get('action', '')} {_detail(trace, 'operation')} {_detail(trace, 'demande')}")
    genres = {nature for nature, mots in _MOTS.items() if re.search(mots, texte)}
    return vue.nature in genres or not genres


def _auteur(vue: Operation, trouvees: Sequence[Trace], auteurs: Collection[str]) -> Constat:
    admis = {comparable(a) for a in auteurs if a}
    vus = {str(t.get("utilisateur") or "") for t in trouvees}
    autres = sorted(v for v in vus if comparable(v) not in admis)
    if autres:
        return AUTEUR.enfreinte(
            f"{vue.nature} : l'auteur de la trace n'est pas l'utilisateur qui a agi",
            attendu=" ou ".join(sorted(auteurs)), recu=", ".join(v or "vide" for v in autres), ou=_OU,
            echanges=vue.echanges[-1:],
        )  # fmt: skip
    return AUTEUR.respectee(recu=", ".join(sorted(vus)), ou=_OU, echanges=vue.echanges[-1:])


def _horodatage(vue: Operation, trouvees: Sequence[Trace], debut: datetime, fin: datetime) -> Constat:
    dates = [str(t.get("horodatage") or "") for t in trouvees]
    fausses = [d for d in dates if not pendant(d, debut, fin)]
    if fausses:
        return HORODATAGE.enfreinte(
            f"{vue.nature} : trace sans date et heure du moment où l'action a eu lieu",
            attendu=f"entre {debut.isoformat(timespec='seconds')} et {fin.isoformat(timespec='seconds')}",
            recu=", ".join(d or "vide" for d in fausses[:3]), ou=_OU, echanges=vue.echanges[-1:],
        )  # fmt: skip
    universelles = [d for d in dates if re.search(r"(Z|[+-]00:?00)$", d.strip())]
    if universelles:
        return HORODATAGE.a_regarder(
            f"{vue.nature} : trace en temps universel ; l'heure locale est attendue, sauf si le poste est réglé ainsi",
            recu=universelles[0], ou=_OU, echanges=vue.echanges[-1:],
        )  # fmt: skip
    return HORODATAGE.respectee(recu=dates[0], ou=_OU, echanges=vue.echanges[-1:])


def _presence(regle: Regle, vue: Operation, valeurs: Sequence[str], nom: str) -> Constat:
    """Au moins une trace du traitement porte cette information."""
    dites = [v.strip() for v in valeurs if v.strip()]
    if not dites:
        return regle.enfreinte(
            f"{vue.nature} : aucune trace ne dit : {nom}",
            attendu=nom, recu="rien", ou=_OU, echanges=vue.echanges[-1:],
        )  # fmt: skip
    return regle.respectee(recu=dites[0][:120], ou=_OU, echanges=vue.echanges[-1:])


def _reponse(vue: Operation, trouvees: Sequence[Trace]) -> Constat:
    """La réponse tracée est celle que l'opérateur a donnée : son code, son code étendu ou son texte."""
    dites = [_detail(t, "reponse").strip() for t in trouvees]
    dites = [d for d in dites if d]
    if not dites:
        return REPONSE.enfreinte(
            f"{vue.nature} : la réponse de l'opérateur n'est pas tracée",
            attendu=vue.reponse[:120] or "la réponse du serveur", recu="rien", ou=_OU, echanges=vue.echanges[-1:],
        )  # fmt: skip
    if vue.statut is None:
        # Coupure : le serveur n'a rien répondu ; dire quelque chose de l'échec suffit.
        return REPONSE.respectee(recu=dites[-1][:120], ou=_OU, echanges=vue.echanges[-1:])
    if any(_dit_la_reponse(dite, vue) for dite in dites):
        return REPONSE.respectee(recu=dites[-1][:120], ou=_OU, echanges=vue.echanges[-1:])
    codes = {int(c) for d in dites for c in re.findall(r"\b([245]\d\d)\b", d)}
    if vue.nature is Nature.ENVOI and vue.statut >= 400 and codes and all(c < 400 for c in codes):
        return REPONSE.enfreinte(
            "envoi : la trace d'un refus donne une réponse favorable",
            attendu=vue.reponse[:120], recu=" | ".join(dites)[:160], ou=_OU, echanges=vue.echanges[-1:],
        )  # fmt: skip
    return REPONSE.a_regarder(
        f"{vue.nature} : la réponse tracée ne reprend ni le code ni le texte de l'opérateur ({vue.reponse[:80]})",
        recu=" | ".join(dites)[:160], ou=_OU, echanges=vue.echanges[-1:],
    )  # fmt: skip


def _dit_la_reponse(dite: str, vue: Operation) -> bool:
    if vue.nature is Nature.CONSULTATION:
        mot = {200: r"\bOK\b|\b2\d\d\b|R[EÉ]USSI|SUCC[EÈ]S", 500: r"\bNO\b|[EÉ]CHEC|REFUS", 400: r"\bBAD\b|[EÉ]CHEC"}
        return bool(re.search(mot.get(vue.statut or 0, "$^"), dite, re.IGNORECASE))
    if re.search(rf"\b{vue.statut}\b", dite):
        return True
    # Une réponse de plusieurs lignes peut être tracée sans le code, texte seul.
    textes = [re.sub(r"^\d{3}[ -](\d\.\d+\.\d+ )?", "", ligne) for ligne in vue.reponse.splitlines()]
    return any(len(t) > 5 and comparable(t) in comparable(dite) for t in textes)


def _porte(trace: Trace, repere: str) -> bool:
    return bool(repere) and repere.strip("<>").lower() in _aplatir(trace).lower()


def _detail(trace: Trace, champ: str) -> str:
    detail = trace.get("detail")
    return str(detail.get(champ) or "") if isinstance(detail, Mapping) else ""


def _aplatir(valeur: Any) -> str:
    if isinstance(valeur, Mapping):
        return " ".join(_aplatir(v) for v in valeur.values())
    if isinstance(valeur, list | tuple):
        return " ".join(_aplatir(v) for v in valeur)
    return str(valeur)


def _derniere_ligne(texte: str) -> str:
    lignes = texte.strip().splitlines()
    return lignes[-1] if lignes else ""


def _resume(traces: Sequence[Trace]) -> str:
    if not traces:
        return "aucune trace"
    return f"{len(traces)} trace(s) : " + ", ".join(
        dict.fromkeys(str(t.get("action") or _detail(t, "operation")) for t in traces)
    )
