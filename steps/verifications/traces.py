"""Règles sur le journal de traces du logiciel : accès, appels INSi, modifications, partenaires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.registre import verification

_GUIDE = "Guide d'implémentation de l'INS, règle {} (reprise par le REM, travaux de concertation 2023)"
_OU = "journal de traces du logiciel"

R_APPEL_INSI = Regle(
    "TRA-INSI-01",
    "Chaque appel à INSi est tracé, avec son code retour",
    _GUIDE.format("37 (48 pour la vérification)"),
    Confiance.OFFICIELLE,
    "Tracez tout appel à INSi : date, heure, utilisateur, patient, opération, retour.",
)
R_RETOUR_INSI = Regle(
    "TRA-INSI-02",
    "Tout ce qu'INSi a rendu est tracé : matricule, OID, historique et traits stricts",
    _GUIDE.format(39),
    Confiance.OFFICIELLE,
    "Tracez le matricule INS, l'OID, l'historique des matricules et les traits de la réponse 00.",
)
R_UTILISATEUR_INSI = Regle(
    "TRA-INSI-03",
    "La trace d'un appel à INSi dit quel utilisateur l'a fait",
    _GUIDE.format(4),
    Confiance.OFFICIELLE,
    "Tracez le compte de l'utilisateur à l'origine de chaque appel.",
)
R_ACCES_INS = Regle(
    "TRA-ACCES-01",
    "Chaque accès à l'INS d'un patient est tracé : date, heure, utilisateur",
    _GUIDE.format(4),
    Confiance.OFFICIELLE,
    "Tracez chaque ouverture d'une fiche qui montre l'INS, dans un journal dédié.",
)
R_MODIFICATION = Regle(
    "TRA-IDENTITE-01",
    "Chaque modification d'une identité est tracée : date, heure, type, professionnel",
    _GUIDE.format(16),
    Confiance.OFFICIELLE,
    "Tracez chaque modification : date, heure, champ modifié, compte du professionnel.",
)
R_PARTENAIRE = Regle(
    "TRA-PARTENAIRE-01",
    "Chaque partenaire à qui l'INS a été transmise est tracé",
    _GUIDE.format(31),
    Confiance.OFFICIELLE,
    "Tracez le destinataire de chaque échange ou partage de données portant l'INS.",
)

Trace = Mapping[str, Any]


def datee(trace: Trace, debut: datetime, fin: datetime) -> bool:
    """Vrai si l'horodatage est une date-heure comprise dans le scénario, à une minute près."""
    try:
        instant = datetime.fromisoformat(str(trace.get("horodatage")))
    except ValueError:
        return False
    instant = instant if instant.tzinfo else instant.astimezone()
    return debut.timestamp() - 60 <= instant.timestamp() <= fin.timestamp() + 60


@verification(R_APPEL_INSI)
def appel_insi_trace(
    traces: Sequence[Trace],
    *,
    operation: str,
    retour: str,
    modalite: str | None,
    nombre: int,
    debut: datetime,
    fin: datetime,
) -> Constat:
    """Le journal du logiciel porte les `nombre` appels qu'INSi a vus pour cette opération, le dernier avec ce retour.

    `operation` : `recuperation` ou `verification`. `modalite` : `traits` ou `carte_vitale` ; le REM la dit
    facultative : absente, elle ne coûte rien ; fausse, elle rend la trace mensongère.
    """
    voulues = [t for t in traces if _parle_de(t, operation) and datee(t, debut, fin)]
    fausses = [t for t in voulues if modalite and _detail(t, "modalite") not in (None, "", modalite)]
    retours = [str(_detail(t, "code_retour") or _detail(t, "retour") or "") for t in voulues]
    attendu = f"{nombre} appel(s) de {operation}, retour {retour}" + (f", modalité {modalite}" if modalite else "")
    if len(voulues) < nombre or retour not in retours or fausses:
        return R_APPEL_INSI.enfreinte(
            "appel à INSi absent du journal du logiciel, ou tracé avec un autre retour",
            attendu=attendu,
            recu=_resume(traces),
            ou=_OU,
        )
    return R_APPEL_INSI.respectee(f"{len(voulues)} appel(s) tracé(s), retour {retour}", recu=_resume(voulues), ou=_OU)


@verification(R_RETOUR_INSI)
def retour_insi_trace(
    traces: Sequence[Trace],
    *,
    matricule: str,
    oid: str,
    historique: Sequence[str],
    traits: Mapping[str, str],
) -> Constat:
    """Une trace porte le matricule, l'OID, chaque ancien matricule et chaque trait rendus par INSi."""
    manques: list[str] = []
    for trace in traces:
        detail = trace.get("detail")
        if not isinstance(detail, Mapping):
            continue
        texte = _aplatir(detail)
        manques = [
            valeur for valeur in (matricule, oid, *historique, *traits.values()) if valeur and valeur not in texte
        ]
        if not manques:
            return R_RETOUR_INSI.respectee(
                recu=f"matricule, OID, {len(historique)} ancien(s), {len(traits)} traits", ou=_OU
            )
    return R_RETOUR_INSI.enfreinte(
        "la réponse d'INSi n'est pas entièrement tracée",
        attendu=f"{matricule}, {oid}, {list(historique)}, {dict(traits)}",
        recu=f"absent de la trace la plus complète : {', '.join(manques) or 'aucune trace détaillée'}",
        ou=_OU,
    )


@verification(R_UTILISATEUR_INSI)
def utilisateurs_des_appels(
    traces: Sequence[Trace], attendus: Mapping[str, str], debut: datetime, fin: datetime
) -> Constat:
    """Pour chaque patient, l'appel est tracé au nom de l'utilisateur qui l'a fait. `attendus` : patient → compte."""
    for patient_id, compte in attendus.items():
        comptes = {
            str(t.get("utilisateur")) for t in traces if t.get("patient_id") == patient_id and datee(t, debut, fin)
        }
        if comptes != {compte}:
            return R_UTILISATEUR_INSI.enfreinte(
                f"appel pour le patient {patient_id} tracé sous un autre compte",
                attendu=compte,
                recu=", ".join(sorted(comptes)) or "aucune trace",
                ou=_OU,
            )
    return R_UTILISATEUR_INSI.respectee(recu=", ".join(attendus.values()), ou=_OU)


@verification(R_ACCES_INS)
def acces_trace(
    traces: Sequence[Trace], *, patient_id: str, comptes: Sequence[str], debut: datetime, fin: datetime
) -> Constat:
    """Chaque compte qui a ouvert la fiche figure dans le journal des accès, à la bonne date."""
    vus = {str(t.get("utilisateur")) for t in traces if t.get("patient_id") == patient_id and datee(t, debut, fin)}
    manquants = [compte for compte in comptes if compte not in vus]
    if manquants:
        return R_ACCES_INS.enfreinte(
            f"accès à l'INS non tracé pour {', '.join(manquants)}",
            attendu=", ".join(comptes),
            recu=_resume(traces),
            ou=_OU,
        )
    return R_ACCES_INS.respectee(f"accès tracés : {', '.join(comptes)}", ou=_OU)


@verification(R_MODIFICATION)
def modification_tracee(
    traces: Sequence[Trace], *, patient_id: str, champ: str, compte: str, debut: datetime, fin: datetime
) -> Constat:
    """La modification du champ est tracée avec sa date, son heure, son type et le compte."""
    candidates = [t for t in traces if t.get("patient_id") == patient_id and _detail(t, "champ") == champ]
    for trace in candidates:
        if datee(trace, debut, fin) and trace.get("utilisateur") == compte and str(trace.get("action", "")).strip():
            return R_MODIFICATION.respectee(f"modification de {champ} tracée", recu=_resume([trace]), ou=_OU)
    return R_MODIFICATION.enfreinte(
        f"modification de {champ} non tracée, ou sans date, heure, type ou compte exacts",
        attendu=f"{champ}, par {compte}, entre {debut:%H:%M:%S} et {fin:%H:%M:%S} UTC",
        recu=_resume(candidates or traces),
        ou=_OU,
    )


@verification(R_PARTENAIRE)
def partenaire_trace(
    traces: Sequence[Trace], *, patient_id: str, partenaire: str, debut: datetime, fin: datetime
) -> Constat:
    """La transmission de l'INS nomme le partenaire destinataire."""
    for trace in traces:
        if (
            trace.get("patient_id") == patient_id
            and _detail(trace, "partenaire") == partenaire
            and datee(trace, debut, fin)
        ):
            return R_PARTENAIRE.respectee(f"transmission à {partenaire} tracée", recu=_resume([trace]), ou=_OU)
    return R_PARTENAIRE.enfreinte(
        f"transmission de l'INS à {partenaire} non tracée", attendu=partenaire, recu=_resume(traces), ou=_OU
    )


def _parle_de(trace: Trace, operation: str) -> bool:
    dite = str(_detail(trace, "operation") or trace.get("action", "")).lower()
    racines = {"recuperation": ("recup", "récup", "recherche"), "verification": ("verif", "vérif")}[operation]
    return any(racine in dite for racine in racines)


def _detail(trace: Trace, cle: str) -> Any:
    detail = trace.get("detail")
    return detail.get(cle) if isinstance(detail, Mapping) else None


def _aplatir(valeur: Any) -> str:
    if isinstance(valeur, Mapping):
        return " ".join(_aplatir(element) for element in valeur.values())
    if isinstance(valeur, list | tuple):
        return " ".join(_aplatir(element) for element in valeur)
    return str(valeur)


def _resume(traces: Sequence[Trace]) -> str:
    lignes = [
        f"{t.get('horodatage')} {t.get('utilisateur')} {t.get('action')} {dict(t.get('detail') or {})}"[:200]
        for t in traces[-5:]
    ]
    return " ; ".join(lignes) or "aucune trace"
