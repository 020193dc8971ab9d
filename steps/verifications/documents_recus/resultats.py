"""Résultats de biologie intégrés : valeur, unité choisie, trace de ce qu'une mise à jour change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.documents_recus.attendus import ResultatEnvoye, lire_compte_rendu, nombre
from steps.verifications.registre import verification

_REM = "REM LGC, exigence {} (travaux de concertation 2023)"
_DOSSIER = "résultats de biologie du dossier"

R_INTEGRE = Regle(
    "RECU-RES-01",
    "Chaque résultat du compte rendu structuré est intégré, avec sa valeur et son unité",
    _REM.format("LGC.BIO/va1.04"),
    Confiance.OFFICIELLE,
    "Lisez valeur et unité UCUM de chaque résultat du CDA, et gardez-les ensemble.",
)
R_UNITE_CHOISIE = Regle(
    "RECU-RES-02",
    "Un résultat donné dans deux unités se restitue dans celle que l'utilisateur choisit",
    _REM.format("LGC.BIO/va1.03"),
    Confiance.OFFICIELLE,
    "Intégrez les deux mesures du CDA, et montrez la valeur qui va avec l'unité choisie.",
)
R_TRACE = Regle(
    "RECU-TRACE-01",
    "Chaque résultat modifié ou supprimé par la mise à jour a sa trace",
    _REM.format("LGC.BIO/va1.02"),
    Confiance.OFFICIELLE,
    "Tracez, analyse par analyse, ce que la nouvelle version change ou retire.",
)
R_TRACE_VALEUR = Regle(
    "RECU-TRACE-02",
    "La trace d'un résultat modifié ou supprimé garde son ancienne valeur",
    _REM.format("LGC.BIO/va1.02"),
    Confiance.DEDUITE,
    "Gardez dans la trace la valeur d'avant la mise à jour.",
)


@verification(R_INTEGRE)
def resultats_integres(cda: bytes, montres: Sequence[Mapping[str, Any]]) -> list[Constat]:
    """Chaque résultat chiffré du CDA se retrouve, à la valeur et dans l'une des unités que le CDA lui donne.

    Une unité écrite autrement que le code UCUM est à regarder : ce peut être la même.
    """
    attendus = [r for r in lire_compte_rendu(cda).resultats if r.mesures]
    if not attendus:
        return [R_INTEGRE.sans_objet("le compte rendu envoyé n'a pas de résultat chiffré")]
    return [_integre(attendu, montres) for attendu in attendus]


def _integre(attendu: ResultatEnvoye, montres: Sequence[Mapping[str, Any]]) -> Constat:
    trouves = [m for m in montres if m.get("code") == attendu.code]
    ecrits = [(str(m.get("valeur") or ""), str(m.get("unite") or "")) for m in trouves]
    voulu = " ou ".join(f"{valeur} {unite}".strip() for valeur, unite in attendu.mesures)
    juste = any(_meme_valeur(v, w) and u == x for v, u in ecrits for w, x in attendu.mesures)
    valeur_seule = [u for v, u in ecrits if any(_meme_valeur(v, w) for w, _ in attendu.mesures)]
    if not juste and any(valeur_seule):
        return R_INTEGRE.a_regarder(
            f"{attendu.libelle} : dites si l'unité montrée est celle du document ({voulu})",
            recu=", ".join(valeur_seule),
            ou=_DOSSIER,
        )
    return juger(
        R_INTEGRE,
        juste,
        f"{attendu.libelle} : le résultat intégré n'est pas celui du compte rendu",
        attendu=f"{attendu.code} : {voulu}",
        recu=", ".join(f"{v} {u}".strip() for v, u in ecrits) or "absent",
        ou=_DOSSIER,
    )


@verification(R_UNITE_CHOISIE)
def unite_choisie(cda: bytes, par_unite: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Constat]:
    """`par_unite` : unité demandée → résultats montrés. Chaque résultat à deux unités suit celle qui est demandée."""
    doubles = [r for r in lire_compte_rendu(cda).resultats if len({unite for _, unite in r.mesures}) > 1]
    jugements = [(r, v, u) for r in doubles for v, u in r.mesures if u in par_unite]
    if not jugements:
        return [R_UNITE_CHOISIE.sans_objet("le compte rendu envoyé n'a pas de résultat dans deux des unités demandées")]
    return [_dans(resultat, valeur, unite, par_unite[unite]) for resultat, valeur, unite in jugements]


def _dans(attendu: ResultatEnvoye, valeur: str, unite: str, montres: Sequence[Mapping[str, Any]]) -> Constat:
    ecrits = [(str(m.get("valeur") or ""), str(m.get("unite") or "")) for m in montres if m.get("code") == attendu.code]
    connues = {ecrite for _, ecrite in attendu.mesures}
    autrement = [u for v, u in ecrits if _meme_valeur(v, valeur) and u and u not in connues]
    if autrement and not any(u == unite for _, u in ecrits):
        return R_UNITE_CHOISIE.a_regarder(
            f"{attendu.libelle} : la valeur est celle de l'unité {unite} ; dites si l'unité montrée l'est aussi",
            recu=", ".join(autrement),
            ou=_DOSSIER,
        )
    return juger(
        R_UNITE_CHOISIE,
        any(_meme_valeur(v, valeur) and u == unite for v, u in ecrits),
        f"{attendu.libelle} : l'unité {unite} choisie n'est pas restituée avec sa valeur",
        attendu=f"{valeur} {unite}",
        recu=", ".join(f"{v} {u}".strip() for v, u in ecrits) or "absent",
        ou=_DOSSIER,
    )


def _meme_valeur(montree: str, voulue: str) -> bool:
    lue = nombre(montree)
    return lue == nombre(voulue) if lue is not None else montree.strip() == voulue.strip()


@verification(R_TRACE, R_TRACE_VALEUR)
def changements_traces(avant: bytes, apres: bytes, traces: Sequence[Mapping[str, Any]]) -> list[Constat]:
    """Deux versions d'un compte rendu et les traces du logiciel : ce que la seconde change ou retire y est."""
    suivants = {r.code: r for r in lire_compte_rendu(apres).resultats}
    changes = [
        r for r in lire_compte_rendu(avant).resultats if r.code not in suivants or suivants[r.code].mesures != r.mesures
    ]
    if not changes:
        return [R_TRACE.sans_objet("la mise à jour envoyée ne change ni ne retire aucun résultat")]
    return [constat for resultat in changes for constat in _trace(resultat, resultat.code in suivants, traces)]


def _trace(resultat: ResultatEnvoye, modifie: bool, traces: Sequence[Mapping[str, Any]]) -> list[Constat]:
    siennes = [t.get("detail") or {} for t in traces if _parle_de(t, resultat)]
    quoi = f"{resultat.libelle} ({'modifié' if modifie else 'supprimé'})"
    constat = juger(
        R_TRACE,
        bool(siennes),
        f"{quoi} : aucune trace",
        attendu=f"une trace de {resultat.code}",
        recu=f"{len(siennes)} trace(s)",
        ou="traces des résultats",
    )
    if not siennes:
        return [constat]
    valeurs = [valeur for valeur, _ in resultat.mesures]
    anciens = [str(detail.get("avant") or "") for detail in siennes]
    gardee = any(
        _meme_valeur(morceau, valeur) for ancien in anciens for morceau in ancien.split() for valeur in valeurs
    )
    return [
        constat,
        juger(
            R_TRACE_VALEUR,
            gardee,
            f"{quoi} : la trace ne garde pas l'ancienne valeur",
            attendu=" ou ".join(valeurs),
            recu=", ".join(filter(None, anciens)) or "rien",
            ou="traces des résultats",
        ),
    ]


def _parle_de(trace: Mapping[str, Any], resultat: ResultatEnvoye) -> bool:
    detail = trace.get("detail") or {}
    libelle = str(detail.get("libelle") or "").casefold()
    return detail.get("code") == resultat.code or (bool(libelle) and libelle == resultat.libelle.casefold())
