"""Règles des traces du cycle de vie des comptes : chaque opération, son heure, son auteur, sa nature, son résultat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.contexte import CNIL, REM, en_texte
from steps.verifications.cda.jugement import juger
from steps.verifications.instants import pendant
from steps.verifications.registre import verification

_SOURCE = REM.format("SSI/IAM.91")
_OU = "traces des comptes"

R_PRESENCE = Regle(
    "ACC-TRA-01", "Chaque opération sur un compte laisse sa trace, réussie comme manquée", _SOURCE,
    Confiance.OFFICIELLE, "Tracez toute modification d'attributs ou de permissions, toute connexion, tout changement "
    "de mot de passe, succès et échecs.",
)  # fmt: skip
R_HEURE = Regle(
    "ACC-TRA-02", "La trace porte la date et l'heure de l'opération", _SOURCE,
    Confiance.OFFICIELLE, "Horodatez chaque trace, date et heure, au moment de l'opération.",
)  # fmt: skip
R_AUTEUR = Regle(
    "ACC-TRA-03", "La trace porte l'identifiant de l'utilisateur à l'origine de l'opération", _SOURCE,
    Confiance.OFFICIELLE, "Tracez le compte de celui qui agit, pas seulement celui du compte visé.",
)  # fmt: skip
R_NATURE = Regle(
    "ACC-TRA-04", "La trace dit la nature de l'opération : attributs ou permissions changés", _SOURCE,
    Confiance.OFFICIELLE, "Tracez quels attributs ont changé, quelles permissions ont été ajoutées et retirées.",
)  # fmt: skip
R_RESULTAT = Regle(
    "ACC-TRA-05", "La trace dit le résultat de l'opération, succès ou échec", _SOURCE,
    Confiance.OFFICIELLE, "Tracez le résultat réel de chaque opération.",
)  # fmt: skip
R_SECRET = Regle(
    "ACC-TRA-06", "Aucune trace ne porte un mot de passe", CNIL.format("conservation des mots de passe"),
    Confiance.SECONDAIRE, "Ne tracez jamais la valeur d'un mot de passe, accepté ou refusé.",
)  # fmt: skip

Trace = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """Ce que le banc a fait faire, et doit retrouver dans les traces.

    `auteurs`, `comptes` : les noms sous lesquels le produit peut désigner qui a agi et le compte visé.
    `debut`, `fin` : quand ; `avance` : celle de l'horloge d'essai du produit à ce moment.
    """

    operation: str
    reussie: bool
    comptes: frozenset[str]
    auteurs: frozenset[str]
    debut: datetime
    fin: datetime
    avance: timedelta = timedelta()
    attributs: frozenset[str] = frozenset()
    ajoutees: frozenset[str] = frozenset()
    retirees: frozenset[str] = frozenset()

    @property
    def lisible(self) -> str:
        """« connexion, échec, compte a ou b »."""
        return f"{self.operation}, {'succès' if self.reussie else 'échec'}, compte {' ou '.join(sorted(self.comptes))}"

    def a_l_heure(self, trace: Trace) -> bool:
        """Vrai si l'horodatage tombe pendant l'opération, à l'heure vraie ou à l'heure d'essai du produit."""
        vue = trace.get("horodatage")
        return pendant(vue, self.debut, self.fin) or (
            bool(self.avance) and pendant(vue, self.debut + self.avance, self.fin + self.avance)
        )


@verification(R_PRESENCE, R_HEURE, R_AUTEUR, R_NATURE, R_RESULTAT)
def operations_tracees(traces: Sequence[Trace], operations: Sequence[Operation]) -> list[Constat]:
    """Chaque opération prend la trace qui lui ressemble le plus, une trace ne servant qu'une fois."""
    if not operations:
        return [R_PRESENCE.sans_objet("aucune opération n'a été jouée")]
    retenues, restantes = _attribuer(traces, operations)
    constats = []
    for rang, operation in enumerate(operations):
        if rang in retenues:
            constats.append(R_PRESENCE.respectee(recu=operation.lisible, ou=_OU))
            constats += _juger(retenues[rang], operation)
            continue
        recu = _resume(restantes, operation) or "aucune trace de plus pour ce compte"
        message = f"opération sans trace : {operation.lisible}"
        constats.append(R_PRESENCE.enfreinte(message, attendu=operation.lisible, recu=recu, ou=_OU))
    return constats


def _attribuer(traces: Sequence[Trace], operations: Sequence[Operation]) -> tuple[dict[int, Trace], list[Trace]]:
    """La trace de chaque opération, par rang ; d'abord celles de même résultat, puis les autres, à la même heure."""
    retenues: dict[int, Trace] = {}
    restantes = list(traces)
    for meme_resultat in (True, False):
        for rang, operation in enumerate(operations):
            candidates = [t for t in restantes if _est_cette_operation(t, operation, meme_resultat=meme_resultat)]
            if rang not in retenues and candidates:
                retenues[rang] = max(candidates, key=lambda trace, op=operation: _ressemblance(trace, op))  # type: ignore[misc]
                restantes.remove(retenues[rang])
    return retenues, restantes


def _juger(trace: Trace, operation: Operation) -> list[Constat]:
    vu = en_texte(trace.get("horodatage"))
    constats = [
        juger(
            R_HEURE, operation.a_l_heure(trace), f"{operation.lisible} : la trace n'a pas l'heure de l'opération",
            attendu=f"entre {operation.debut.isoformat()} et {operation.fin.isoformat()}", recu=vu, ou=_OU,
        ),
        juger(
            R_AUTEUR, str(trace.get("utilisateur")) in operation.auteurs,
            f"{operation.lisible} : la trace ne porte pas qui a agi",
            attendu=" ou ".join(sorted(operation.auteurs)), recu=en_texte(trace.get("utilisateur")), ou=_OU,
        ),
        juger(
            R_RESULTAT, _reussie(trace) is operation.reussie, f"{operation.lisible} : la trace dit un autre résultat",
            attendu="succès" if operation.reussie else "échec", recu=en_texte(_detail(trace).get("resultat")), ou=_OU,
        ),
    ]  # fmt: skip
    if operation.attributs or operation.ajoutees or operation.retirees:
        constats.append(_juger_la_nature(trace, operation))
    return constats


def _juger_la_nature(trace: Trace, operation: Operation) -> Constat:
    vus = dict(zip(("attributs", "ajoutées", "retirées"), _nature(trace), strict=True))
    voulus = {"attributs": operation.attributs, "ajoutées": operation.ajoutees, "retirées": operation.retirees}
    suivie = all(set(voulu) <= vus[nom] for nom, voulu in voulus.items())
    return juger(
        R_NATURE, suivie, f"{operation.lisible} : la trace ne dit pas ce qui a changé",
        attendu="; ".join(f"{nom} {en_texte(v)}" for nom, v in voulus.items() if v),
        recu="; ".join(f"{nom} {en_texte(v)}" for nom, v in vus.items() if v), ou=_OU,
    )  # fmt: skip


@verification(R_SECRET)
def aucun_mot_de_passe(traces: Sequence[Trace], secrets: Iterable[str]) -> Constat:
    """Ni le mot de passe accepté, ni ceux refusés ; il faut des traces pour en juger."""
    cherches = [secret for secret in secrets if secret]
    if not traces or not cherches:
        return R_SECRET.sans_objet("aucune trace, ou aucun mot de passe essayé : rien à chercher")
    fautives = [t for t in traces if any(secret in texte for secret in cherches for texte in _textes(t))]
    return juger(
        R_SECRET, not fautives, "une trace porte un mot de passe en clair", attendu="aucun mot de passe",
        recu=f"{len(fautives)} trace(s) en cause, la première du {fautives[0].get('horodatage')}" if fautives
        else f"{len(traces)} traces, {len(cherches)} mots de passe cherchés", ou=_OU,
    )  # fmt: skip


def _est_cette_operation(trace: Trace, operation: Operation, *, meme_resultat: bool) -> bool:
    detail = _detail(trace)
    vise = detail.get("compte") or (trace.get("utilisateur") if operation.comptes & operation.auteurs else None)
    if str(detail.get("operation")) != operation.operation or str(vise) not in operation.comptes:
        return False
    if meme_resultat:
        return _reussie(trace) is operation.reussie
    return operation.a_l_heure(trace)


def _ressemblance(trace: Trace, operation: Operation) -> tuple[bool, bool, bool]:
    nature = _nature(trace)
    voulue = (operation.attributs, operation.ajoutees, operation.retirees)
    return (
        operation.a_l_heure(trace),
        all(set(attendu) <= vu for attendu, vu in zip(voulue, nature, strict=True)),
        str(trace.get("utilisateur")) in operation.auteurs,
    )


def _nature(trace: Trace) -> tuple[set[str], set[str], set[str]]:
    """Attributs changés, permissions ajoutées, permissions retirées."""
    detail = _detail(trace)
    permissions = detail.get("permissions")
    ajoutees, retirees = (
        (permissions.get("ajoutees"), permissions.get("retirees")) if isinstance(permissions, Mapping) else ((), ())
    )
    return set(map(str, detail.get("attributs") or ())), set(map(str, ajoutees or ())), set(map(str, retirees or ()))


def _resume(traces: Sequence[Trace], operation: Operation) -> str:
    vues = [t for t in traces if str(_detail(t).get("compte")) in operation.comptes]
    return "; ".join(f"{_detail(t).get('operation')} {_detail(t).get('resultat')}" for t in vues[-5:])


def _reussie(trace: Trace) -> bool | None:
    resultat = str(_detail(trace).get("resultat") or "").casefold()
    return {"succes": True, "succès": True, "echec": False, "échec": False}.get(resultat)


def _detail(trace: Trace) -> Mapping[str, Any]:
    detail = trace.get("detail")
    return detail if isinstance(detail, Mapping) else {}


def _textes(valeur: Any) -> Iterable[str]:
    if isinstance(valeur, Mapping):
        for element in valeur.values():
            yield from _textes(element)
    elif isinstance(valeur, list | tuple):
        for element in valeur:
            yield from _textes(element)
    elif isinstance(valeur, str):
        yield valeur
