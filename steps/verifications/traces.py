"""Règles sur le journal de traces du logiciel : accès, appels INSi, modifications, partenaires."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.instants import pendant
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

_OU = "journal de traces du logiciel"

R_APPEL_INSI = Regle(
    "TRA-INSI-01",
    "Chaque appel à INSi est tracé, avec son code retour",
    GUIDE_INS.format("37 (48 pour la vérification)"),
    Confiance.OFFICIELLE,
    "Tracez tout appel à INSi : date, heure, utilisateur, patient, opération, retour.",
)
R_RETOUR_INSI = Regle(
    "TRA-INSI-02",
    "Tout ce qu'INSi a rendu est tracé : matricule, OID, historique et traits stricts",
    GUIDE_INS.format(39),
    Confiance.OFFICIELLE,
    "Tracez le matricule INS, l'OID, l'historique des matricules et les traits de la réponse 00.",
)
R_UTILISATEUR_INSI = Regle(
    "TRA-INSI-03",
    "La trace d'un appel à INSi dit quel utilisateur l'a fait",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Tracez le compte de l'utilisateur à l'origine de chaque appel.",
)
R_ACCES_INS = Regle(
    "TRA-ACCES-01",
    "Chaque accès à l'INS d'un patient est tracé : date, heure, utilisateur",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Tracez chaque ouverture d'une fiche qui montre l'INS, dans un journal dédié.",
)
R_MODIFICATION = Regle(
    "TRA-IDENTITE-01",
    "Chaque modification d'une identité est tracée : date, heure, type, professionnel",
    GUIDE_INS.format(16),
    Confiance.OFFICIELLE,
    "Tracez chaque modification : date, heure, champ modifié, compte du professionnel.",
)
R_PARTENAIRE = Regle(
    "TRA-PARTENAIRE-01",
    "Chaque partenaire à qui l'INS a été transmise est tracé",
    GUIDE_INS.format(31),
    Confiance.OFFICIELLE,
    "Tracez le destinataire de chaque échange ou partage de données portant l'INS.",
)

Trace = Mapping[str, Any]


def datee(trace: Trace, debut: datetime, fin: datetime) -> bool:
    """Vrai si l'horodatage est une date et une heure comprises dans le scénario, à une minute près."""
    return pendant(trace.get("horodatage"), debut, fin)


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
    retours = [_retour(t) for t in voulues]
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
    """Une trace porte le matricule, l'OID, chaque ancien matricule et chaque trait rendus par INSi.

    Une date se lit aussi JJ/MM/AAAA ou AAAAMMJJ, un sexe en toutes lettres, des prénoms séparés par des virgules.
    """
    manques: list[str] = []
    attendus = [("", valeur) for valeur in (matricule, oid, *historique)] + list(traits.items())
    for trace in traces:
        detail = trace.get("detail")
        if not isinstance(detail, Mapping):
            continue
        texte = comparable(re.sub(r"[,;]", " ", _aplatir(detail)))
        vus = [valeur for champ, valeur in attendus if _porte(texte, champ, valeur)]
        absents = [valeur for _, valeur in attendus if valeur not in vus]
        # La trace la plus complète dit ce qu'il reste à ajouter.
        manques = absents if not manques or len(absents) < len(manques) else manques
        if not absents:
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
    traces: Sequence[Trace], *, patient_id: str, partenaire: str, debut: datetime, fin: datetime, compte: str = ""
) -> Constat:
    """La transmission de l'INS est datée et nomme le partenaire destinataire, et son auteur si `compte` est donné."""
    for trace in traces:
        if (
            trace.get("patient_id") == patient_id
            and comparable(partenaire) in comparable(str(_detail(trace, "partenaire")))
            and (not compte or trace.get("utilisateur") == compte)
            and datee(trace, debut, fin)
        ):
            return R_PARTENAIRE.respectee(f"transmission à {partenaire} tracée", recu=_resume([trace]), ou=_OU)
    return R_PARTENAIRE.enfreinte(
        f"transmission de l'INS à {partenaire} non tracée, ou sans date, heure ou auteur exacts",
        attendu=partenaire + (f", par {compte}" if compte else ""),
        recu=_resume(traces),
        ou=_OU,
    )


_RACINES = {"recuperation": ("recup", "recherch"), "verification": ("verif",)}
_RETOURS = {"true": "OK", "vrai": "OK", "ok": "OK", "false": "KO", "faux": "KO", "ko": "KO"}


def _parle_de(trace: Trace, operation: str) -> bool:
    """Vrai si la trace dit cette opération, ou n'en dit aucune : le REM ne demande que l'appel et son retour."""
    dite = comparable(str(_detail(trace, "operation") or trace.get("action", ""))).lower()
    dites = [nom for nom, racines in _RACINES.items() if any(racine in dite for racine in racines)]
    return not dites or operation in dites


def _retour(trace: Trace) -> str:
    for cle in ("code_retour", "retour"):
        valeur = _detail(trace, cle)
        if valeur not in (None, ""):
            return _RETOURS.get(str(valeur).strip().lower(), str(valeur).strip())
    return ""


def _porte(texte: str, champ: str, valeur: str) -> bool:
    if champ == "date_naissance":
        annee, mois, jour = valeur.split("-")
        return any(forme in texte for forme in (valeur, f"{jour}/{mois}/{annee}", f"{annee}{mois}{jour}"))
    if champ == "sexe":
        mots = {"M": "M|MASCULIN|HOMME", "F": "F|FEMININ|FEMME"}.get(valeur, re.escape(valeur))
        return re.search(rf"(?<![A-Z'])(?:{mots})(?![A-Z'])", texte) is not None
    return comparable(valeur) in texte


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
