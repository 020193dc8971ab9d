"""Résultats de biologie intégrés : valeur, unité choisie, signes hors du document, mise à jour, trace."""

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
R_CRITIQUE = Regle(
    "RECU-SIGNE-01",
    "Un résultat de code AA, HH ou LL est annoncé comme critique",
    _REM.format("LGC.BIO/va1.01"),
    Confiance.OFFICIELLE,
    "Avertissez l'utilisateur dès qu'un résultat reçu porte AA, HH ou LL.",
)
R_CRITIQUE_PROPRE = Regle(
    "RECU-SIGNE-02",
    "L'avertissement des résultats critiques n'est pas celui d'un compte rendu sans résultat critique",
    _REM.format("LGC.BIO/va1.01"),
    Confiance.OFFICIELLE,
    "Réservez cet avertissement aux codes AA, HH et LL.",
)
R_INTERPRETE = Regle(
    "RECU-SIGNE-03",
    "Interprétation et commentaire se voient hors du document, dans la liste",
    _REM.format("LGC.BIO/va1.05"),
    Confiance.OFFICIELLE,
    "Signalez sur la ligne du document qu'il porte une interprétation ou un commentaire, même général.",
)
R_SANS_SIGNE = Regle(
    "RECU-SIGNE-04",
    "Un compte rendu qui ne porte pas cet élément n'est pas signalé comme le portant",
    _REM.format("LGC.BIO/va1.05 et LGC.BIO/va1.06"),
    Confiance.OFFICIELLE,
    "Ne signalez que ce que le document porte : un signe sur tous n'apprend rien.",
)
R_HORS_INTERVALLE = Regle(
    "RECU-SIGNE-05",
    "Un résultat hors de son intervalle de référence se voit hors du document, dans la liste",
    _REM.format("LGC.BIO/va1.06"),
    Confiance.OFFICIELLE,
    "Comparez chaque résultat à l'intervalle du CDA, et signalez-le sur la ligne du document.",
)
R_STRUCTURATIONS = Regle(
    "RECU-SIGNE-06",
    "Ces signes se voient aussi pour un document reçu en CDA R2 N1 ou en PDF/A-1",
    _REM.format("LGC.BIO/va1.05 et LGC.BIO/va1.06"),
    Confiance.OFFICIELLE,
    "Montrez les deux listes pour ces deux structurations.",
)
R_REMPLACE = Regle(
    "RECU-MAJ-01",
    "La version qu'une mise à jour remplace n'est plus présentée comme actuelle",
    _REM.format("LGC.BIO/va1.07"),
    Confiance.OFFICIELLE,
    "Suivez relatedDocument (RPLC) : retirez l'ancienne version de la liste ou distinguez-la.",
)
R_RESTE = Regle(
    "RECU-MAJ-02",
    "Ce que la mise à jour ne remplace pas reste présenté comme actuel, la nouvelle version comprise",
    _REM.format("LGC.BIO/va1.07"),
    Confiance.OFFICIELLE,
    "Ne retirez que le document désigné par relatedDocument.",
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
    lue, attendue = nombre(montree), nombre(voulue)
    return lue == attendue if lue is not None and attendue is not None else montree.strip() == voulue.strip()


@verification(R_CRITIQUE, R_CRITIQUE_PROPRE)
def critique_annonce(
    cda: bytes,
    signes: Sequence[str] | None,
    quoi: str,
    document_id: str = "",
    alertes: Sequence[Mapping[str, Any]] = (),
) -> Constat:
    """`signes` : ceux de la ligne du document ; None si elle n'est pas dans la liste.

    `alertes` : celles que le logiciel montre hors de la liste ; l'exigence ne dit pas où prévenir, et l'une d'elles qui
    mène à ce document vaut le signe. L'avertissement montré pour un résultat anormal sans être critique est à
    regarder : il peut être un autre.
    """
    lu = lire_compte_rendu(cda)
    attendu = lu.critique
    alerte = bool(document_id) and any(str(a.get("document_id") or "") == document_id for a in alertes)
    signes = [*(signes or ()), "critique"] if alerte else signes
    vu = "critique" in (signes or ())
    if signes is None and not attendu:
        return R_CRITIQUE_PROPRE.sans_objet(f"« {quoi} » n'est pas dans la liste")
    if vu and not attendu and not lu.normal:
        return R_CRITIQUE_PROPRE.a_regarder(
            f"« {quoi} » : dites en quoi l'avertissement des résultats critiques se distingue de celui-ci",
            recu=_ecrits(signes),
            ou="liste des documents non lus",
        )
    return juger(
        R_CRITIQUE if attendu else R_CRITIQUE_PROPRE,
        signes is not None and vu == attendu,
        f"« {quoi} » : l'avertissement d'un résultat critique {'manque' if attendu else 'est montré à tort'}",
        attendu="signe critique" if attendu else "pas de signe critique",
        recu=_ecrits(signes),
        ou="liste des documents non lus",
    )


@verification(R_INTERPRETE, R_SANS_SIGNE)
def interpretation_annoncee(cda: bytes, signes: Sequence[str] | None, quoi: str, ou: str) -> list[Constat]:
    """Interprétation et commentaire que porte le CDA, et eux seuls ; l'avertissement critique vaut interprétation.

    Un écart à l'intervalle se signale aussi comme une interprétation : son absence n'est jugée que si tout est normal.
    """
    lu = lire_compte_rendu(cda)
    vus = {"interpretation" if signe == "critique" else signe for signe in signes or ()}
    voulus = {"interpretation": lu.interprete, "commentaire": lu.commente}
    if not lu.interprete and not lu.normal:
        del voulus["interpretation"]
    if signes is None:
        voulus = {signe: porte for signe, porte in voulus.items() if porte}
        if not voulus:
            return [R_SANS_SIGNE.sans_objet(f"« {quoi} » n'est pas dans la liste")]
    if any(voulus.values()) and vus & set(voulus) and any((signe in vus) != porte for signe, porte in voulus.items()):
        return [
            R_INTERPRETE.a_regarder(
                f"« {quoi} » : un signe est montré, qui n'est pas celui de cet élément ; dites s'il est commun à "
                "l'interprétation et au commentaire",
                recu=_ecrits(signes),
                ou=ou,
            )
        ]
    return [
        juger(
            R_INTERPRETE if porte else R_SANS_SIGNE,
            signes is not None and (signe in vus) == porte,
            f"« {quoi} » : le signe « {signe} » {'manque' if porte else 'est montré à tort'}",
            attendu=f"signe {signe}" if porte else f"pas de signe {signe}",
            recu=_ecrits(signes),
            ou=ou,
        )
        for signe, porte in voulus.items()
    ]


@verification(R_HORS_INTERVALLE, R_SANS_SIGNE)
def ecart_annonce(cda: bytes, signes: Sequence[str] | None, quoi: str, ou: str) -> Constat:
    """Un résultat hors de l'intervalle que donne le CDA est signalé ; un compte rendu où tout est normal ne l'est pas.

    Sans intervalle, une interprétation anormale peut être signalée de même : rien n'est alors à juger.
    """
    lu = lire_compte_rendu(cda)
    attendu = any(r.hors_intervalle for r in lu.resultats)
    if signes is None and not attendu:
        return R_SANS_SIGNE.sans_objet(f"« {quoi} » n'est pas dans la liste")
    if not attendu and not lu.normal:
        return R_SANS_SIGNE.sans_objet(f"« {quoi} » est interprété sans intervalle : un signe n'y est ni dû ni défendu")
    return juger(
        R_HORS_INTERVALLE if attendu else R_SANS_SIGNE,
        signes is not None and ("hors_intervalle" in signes) == attendu,
        f"« {quoi} » : l'écart à l'intervalle de référence {'manque' if attendu else 'est montré à tort'}",
        attendu="signe hors_intervalle" if attendu else "pas de signe hors_intervalle",
        recu=_ecrits(signes),
        ou=ou,
    )


@verification(R_REMPLACE, R_RESTE)
def mise_a_jour_montree(
    remplace: bool, signes: Sequence[str] | None, quoi: str, *, meme_entree: bool = False
) -> Constat:
    """`remplace` : une version reçue désigne ce document. `signes` : None s'il n'est plus dans la liste du patient.

    `meme_entree` : le logiciel donne à la nouvelle version l'identifiant de l'ancienne ; sa ligne est celle des deux.
    """
    if remplace and meme_entree and signes is not None and not {"remplace", "supprime"} & set(signes):
        return R_REMPLACE.a_regarder(
            f"« {quoi} » : la nouvelle version a pris la place de l'ancienne dans la liste ; montrez-y son contenu",
            recu=_ecrits(signes),
            ou="documents du patient",
        )
    if remplace:
        return juger(
            R_REMPLACE,
            signes is None or bool({"remplace", "supprime"} & set(signes)),
            f"« {quoi} » : la version remplacée est encore présentée comme actuelle",
            attendu="absente de la liste, ou distinguée comme remplacée",
            recu=_ecrits(signes),
            ou="documents du patient",
        )
    return juger(
        R_RESTE,
        signes is not None and not {"remplace", "supprime"} & set(signes),
        f"« {quoi} » : le document n'est pas présenté comme actuel",
        attendu="dans la liste, sans signe de remplacement ni de suppression",
        recu=_ecrits(signes),
        ou="documents du patient",
    )


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


def _ecrits(signes: Sequence[str] | None) -> str:
    return "document absent de la liste" if signes is None else ", ".join(signes) or "aucun signe"
