"""Signes d'un document reçu, hors du document : résultat critique, interprétation, écart, mise à jour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.documents_recus.attendus import lire_compte_rendu
from steps.verifications.registre import verification

_REM = "REM LGC, exigence {} (travaux de concertation 2023)"

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


def _ecrits(signes: Sequence[str] | None) -> str:
    return "document absent de la liste" if signes is None else ", ".join(signes) or "aucun signe"
