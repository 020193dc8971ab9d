"""Règles sur la consultation du DMP : choix du patient, droit d'accès, traces, écrans pendant une requête."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import patient_de, reussi
from steps.verifications.dmp.sequence import OPPOSITION
from steps.verifications.dmp.soumission import est_consultation
from steps.verifications.instants import secondes_de
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

ECHANGES = "échanges avec le DMP"
LISTE = "liste des documents du DMP"

R_CHOIX = Regle(
    "DOS-CHOIX-01",
    "Le choix du patient sur la consultation de son DMP est enregistré, relu et modifiable",
    REM_BIO.format("DMP/CONF.06 et DMP/UX.06"),
    Confiance.OFFICIELLE,
    "Gardez le choix du patient, montrez-le à la réouverture du dossier, et permettez d'en changer à tout moment.",
)
R_CONSULTATION = Regle(
    "DOS-ACCES-01",
    "Le professionnel consulte le DMP d'un patient qui ne s'y oppose pas",
    REM_BIO.format("DMP/CONF.06 et DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Permettez la consultation dès que la non-opposition est enregistrée et que l'accès est permis.",
)
R_BLOQUE = Regle(
    "DOS-ACCES-02",
    "Un professionnel que le patient a bloqué ne consulte pas son DMP",
    f"{REM_BIO.format('DMP/UX.08')} ; GIE SESAM-Vitale, PDT-INF-526 v1.8",
    Confiance.OFFICIELLE,
    "Lisez la réponse du test d'existence : accès INTERDIT, aucune consultation.",
)
R_CONFIRMATION = Regle(
    "DOS-ACCES-03",
    "Sans confirmation de l'utilisateur, ni autorisation positionnée ni consultation",
    "REM BIO, exigence DMP/UX.50 et scénario DMP/UX.50.01 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Demandez à l'utilisateur s'il a l'autorisation du patient avant de la positionner.",
)
R_INS_NON_QUALIFIEE = Regle(
    "DOS-ACCES-04",
    "Le DMP n'est pas consulté pour un patient dont l'INS n'est pas qualifiée",
    REM_BIO.format("DMP/UX.14 et INS/va1.59"),
    Confiance.OFFICIELLE,
    "Bloquez la consultation tant que l'identité n'est pas qualifiée.",
)
R_TRACE = Regle(
    "DOS-TRACE-01",
    "Le journal du logiciel trace la vérification du droit, puis la consultation",
    "REM BIO, scénario DMP/UX.08.01 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Tracez chaque transaction avec le DMP : date, heure, utilisateur, patient, transaction.",
)
R_ECRAN = Regle(
    "DOS-ECRAN-01",
    "Le logiciel reste utilisable pendant une requête au DMP",
    REM_BIO.format("DMP/UX.10"),
    Confiance.OFFICIELLE,
    "Faites les requêtes au DMP en tâche de fond, sans verrou sur les autres écrans.",
)
R_REQUETE_FINIE = Regle(
    "DOS-ECRAN-02",
    "La requête lancée avant les autres actions aboutit",
    REM_BIO.format("DMP/UX.10"),
    Confiance.OFFICIELLE,
    "Menez la requête à son terme et montrez-en le résultat.",
)


# ------------------------------------------------------------------------ accès
@verification(R_CHOIX)
def choix_garde(attendu: str, relu: Any) -> Constat:
    """Le choix relu après réouverture du dossier est celui qui vient d'être enregistré."""
    return juger(
        R_CHOIX, relu == attendu, "le choix relu n'est pas celui enregistré",
        attendu=attendu, recu=str(relu), ou="dossier du patient",
    )  # fmt: skip


@verification(R_CONSULTATION)
def consultation_faite(echanges: Sequence[Echange], matricule: str, recu: str) -> Constat:
    """Contrôle positif : le DMP a répondu à une consultation de ce patient."""
    vues = [e for e in echanges if est_consultation(e) and reussi(e) and _vise(e, matricule)]
    return juger(
        R_CONSULTATION, bool(vues), "le logiciel n'a pas consulté le DMP alors que tout le permet",
        attendu="une consultation à laquelle le DMP répond", recu=f"{len(vues)} consultation(s), logiciel : {recu}",
        ou=ECHANGES, echanges=tuple(e.numero for e in vues),
    )  # fmt: skip


@verification(R_BLOQUE, R_CONFIRMATION, R_INS_NON_QUALIFIEE, OPPOSITION)
def consultation_empechee(
    regle: Regle,
    echanges: Sequence[Echange],
    matricule: str,
    quoi: str,
    recu: str,
    *,
    temoins: Sequence[Echange],
    interdites: Sequence[str] = (),
    montres: int = 0,
) -> Constat:
    """Aucune consultation de ce patient, alors que le logiciel consulte quand il le peut (`temoins`).

    `interdites` : autres transactions qui ne doivent pas non plus partir. `montres` : documents que le logiciel a
    pourtant montrés ; d'où qu'ils viennent, une personne regarde. Faute de confirmation, une autorisation positionnée
    (TD0.3) est au plus à vérifier : l'exigence DMP/UX.50 la veut automatique, seule l'étape du scénario fait demander.
    Consulter sans la positionner reste un manquement : aucun des deux textes ne le permet.
    """
    controles = [e for e in temoins if est_consultation(e) and reussi(e)]
    if not controles:
        return regle.sans_objet("le logiciel n'a consulté aucun DMP quand il le pouvait : le blocage ne prouve rien")
    fautives = [
        e for e in echanges if e.service == "dmp" and _vise(e, matricule)
        and (est_consultation(e) or e.operation in interdites)
    ]  # fmt: skip
    if montres and not fautives:
        return regle.a_regarder(
            f"{quoi} : rien n'a été demandé au DMP, et le logiciel a pourtant montré {montres} document(s)",
            recu=recu, ou="écran du logiciel", echanges=tuple(e.numero for e in controles),
        )  # fmt: skip
    if regle.code == R_CONFIRMATION.code and any(e.operation == "TD0.3" for e in fautives):
        return regle.a_regarder(
            f"{quoi} : le logiciel a positionné l'autorisation de lui-même ; l'exigence DMP/UX.50 la veut automatique, "
            "l'étape de DMP/UX.50.01 fait d'abord demander à l'utilisateur. Montrez ce qui vaut accord : la question "
            "posée, ou la non-opposition enregistrée",
            recu=f"{', '.join(e.operation for e in fautives)}, logiciel : {recu}",
            ou=ECHANGES, echanges=tuple(e.numero for e in fautives),
        )  # fmt: skip
    return juger(
        regle, not fautives, f"{quoi} : le logiciel a consulté le DMP, ou s'y est préparé",
        attendu=f"ni TD3.1, ni TD3.2{''.join(f', ni {nom}' for nom in interdites)}",
        recu=f"{', '.join(e.operation for e in fautives) or 'aucune'}, logiciel : {recu}",
        ou=ECHANGES, echanges=tuple(e.numero for e in fautives or controles),
    )  # fmt: skip


def _vise(echange: Echange, matricule: str) -> bool:
    patient = patient_de(echange)
    return patient is None or patient.matricule == matricule


@verification(R_TRACE)
def consultation_tracee(traces: Sequence[Mapping[str, Any]], comptes: Sequence[str], patient_id: str) -> Constat:
    """Pour ce patient et l'un de ces comptes, une trace du droit (TD0.2, TD0.4) précède celle de la consultation.

    Les traces sont demandées pour ce patient : elles n'ont pas à répéter son identifiant.
    """
    lues = [
        (str(t.get("horodatage", "")), _transaction(t))
        for t in traces
        if (t.get("patient_id") or patient_id) == patient_id and t.get("utilisateur") in comptes
    ]
    droits = [h for h, transaction in lues if re.search(r"\bTD0\.[24]\b", transaction)]
    consultations = [h for h, transaction in lues if re.search(r"\bTD3\.[12]", transaction)]
    instants = [min(map(secondes_de, heures), default=float("inf")) for heures in (droits, consultations)]
    if droits and consultations and float("inf") in instants:
        return R_TRACE.a_regarder(
            "les heures du journal ne se lisent pas : montrez que le droit est vérifié avant la consultation",
            recu=", ".join(f"{h} {transaction}" for h, transaction in lues), ou="journal de traces du logiciel",
        )  # fmt: skip
    correct = bool(droits) and bool(consultations) and instants[0] <= instants[1]
    return juger(
        R_TRACE, correct, "le journal du logiciel ne montre pas le droit vérifié puis la consultation",
        attendu=f"TD0.2 (ou TD0.4) puis TD3.x, patient {patient_id}, compte {' ou '.join(comptes)}",
        recu=", ".join(f"{h} {transaction}" for h, transaction in lues) or "aucune trace",
        ou="journal de traces du logiciel",
    )  # fmt: skip


def _transaction(trace: Mapping[str, Any]) -> str:
    detail = trace.get("detail")
    return str((detail.get("transaction") if isinstance(detail, Mapping) else "") or trace.get("action", ""))


# ----------------------------------------------------------------------- écrans
@verification(R_ECRAN)
def actions_pendant_requete(issues: Mapping[str, str]) -> Constat:
    """`issues` : action → résultat obtenu pendant que la requête au DMP attendait (« sans réponse » si figée)."""
    if not issues:
        return R_ECRAN.sans_objet("aucune action tentée pendant la requête")
    figees = [action for action, issue in issues.items() if issue != "fait"]
    return juger(
        R_ECRAN, not figees, f"action(s) impossibles pendant la requête au DMP : {', '.join(figees)}",
        attendu="chaque action aboutit pendant la requête",
        recu=", ".join(f"{action} : {issue}" for action, issue in issues.items()), ou="écrans du logiciel",
    )  # fmt: skip


@verification(R_REQUETE_FINIE)
def requete_aboutie(resultat: str, montres: int, attendus: int, recu: str) -> Constat:
    """La requête retenue, une fois libérée, a donné sa liste."""
    return juger(
        R_REQUETE_FINIE, resultat == "fait" and montres == attendus, "la requête au DMP n'a pas abouti",
        attendu=f"{attendus} document(s) montré(s)", recu=f"{montres} document(s), {recu}", ou=LISTE,
    )  # fmt: skip
