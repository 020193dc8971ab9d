"""Règles sur la consultation du DMP : choix du patient, droit d'accès, liste montrée, documents gardés."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import DocumentEntry
from simulators.socle.echange import Echange
from steps.verifications.cda.dates import PARIS, instant_de
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import patient_de, reussi
from steps.verifications.dmp.sequence import OPPOSITION
from steps.verifications.dmp.soumission import documents_demandes, est_consultation
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_ECHANGES = "échanges avec le DMP"
_LISTE = "liste des documents du DMP"

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
R_LISTE = Regle(
    "DOS-LISTE-01",
    "La liste montrée est celle des documents que le DMP a rendus",
    REM_BIO.format("DMP/UX.14 et DMP/UX.27"),
    Confiance.OFFICIELLE,
    "Montrez tous les documents rendus par le DMP, désignés par leur uniqueId, et eux seuls.",
)
R_METADONNEES = Regle(
    "DOS-LISTE-02",
    "Les informations montrées pour chaque document sont ses métadonnées",
    REM_BIO.format("DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Montrez titre et type tels que le DMP les rend.",
)
R_DATE_LOCALE = Regle(
    "DOS-LISTE-03",
    "Les dates du DMP sont montrées à l'heure locale",
    "Guide d'intégration DMP (SEL-MP-037), EX_3.1-1070",
    Confiance.SECONDAIRE,
    "Convertissez en heure locale les dates du DMP, écrites en temps universel.",
)
R_FILTRES = Regle(
    "DOS-LISTE-04",
    "Des filtres sur les métadonnées sont proposés",
    REM_BIO.format("DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Proposez des filtres (type, date, cadre…) sur la liste des documents du DMP.",
)
R_DOCUMENT_OUVERT = Regle(
    "DOS-LISTE-05",
    "Chaque document de la liste peut être ouvert, tel que le DMP le tient",
    REM_BIO.format("DMP/UX.14"),
    Confiance.OFFICIELLE,
    "Ouvrez le document désigné par son uniqueId (TD3.2) sans en changer le contenu.",
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
R_PRECHARGES = Regle(
    "DOS-STOCK-01",
    "Les documents préchargés sont ceux que les critères retiennent",
    REM_BIO.format("DMP/UX.34"),
    Confiance.OFFICIELLE,
    "Appliquez au préchargement les critères réglés sur les métadonnées (type, date).",
)
R_DUREE = Regle(
    "DOS-STOCK-02",
    "La durée de stockage des documents préchargés est celle réglée",
    REM_BIO.format("DMP/UX.34"),
    Confiance.OFFICIELLE,
    "Calculez l'échéance de chaque document préchargé depuis la durée paramétrée.",
)
R_DEPUIS_STOCK = Regle(
    "DOS-STOCK-03",
    "Un document préchargé s'ouvre sans nouvelle requête au DMP, et cesse d'être servi une fois périmé",
    REM_BIO.format("DMP/UX.34"),
    Confiance.OFFICIELLE,
    "Servez le document stocké jusqu'à son échéance ; ensuite redemandez-le au DMP.",
)
R_CONSERVATION = Regle(
    "DOS-STOCK-04",
    "La conservation et l'archivage réglés s'appliquent au document intégré",
    REM_BIO.format("DMP/UX.44"),
    Confiance.OFFICIELLE,
    "Donnez à chaque document intégré l'échéance et l'archivage que le site a réglés.",
)
R_INTEGRE = Regle(
    "DOS-STOCK-05",
    "Un document du DMP est intégré au dossier du patient",
    REM_BIO.format("DMP/UX.44"),
    Confiance.OFFICIELLE,
    "Rangez le document téléchargé dans le dossier du patient.",
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
        ou=_ECHANGES, echanges=tuple(e.numero for e in vues),
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
            ou=_ECHANGES, echanges=tuple(e.numero for e in fautives),
        )  # fmt: skip
    return juger(
        regle, not fautives, f"{quoi} : le logiciel a consulté le DMP, ou s'y est préparé",
        attendu=f"ni TD3.1, ni TD3.2{''.join(f', ni {nom}' for nom in interdites)}",
        recu=f"{', '.join(e.operation for e in fautives) or 'aucune'}, logiciel : {recu}",
        ou=_ECHANGES, echanges=tuple(e.numero for e in fautives or controles),
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
    instants = [min(map(_instant, heures), default=float("inf")) for heures in (droits, consultations)]
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


def _instant(texte: str) -> float:
    try:
        instant = datetime.fromisoformat(texte)
    except ValueError:
        return float("inf")
    return (instant if instant.tzinfo else instant.replace(tzinfo=PARIS)).timestamp()


# ------------------------------------------------------------------------ liste
@verification(R_LISTE)
def liste_montree(montres: Sequence[Mapping[str, Any]], attendus: Sequence[str], circonstance: str) -> Constat:
    """Les uniqueId montrés sont ceux que le registre tient pour cette recherche."""
    vus = [str(d.get("unique_id", "")) for d in montres]
    return juger(
        R_LISTE, sorted(vus) == sorted(attendus), f"la liste montrée n'est pas celle attendue ({circonstance})",
        attendu=", ".join(attendus) or "aucun document", recu=", ".join(vus) or "aucun document", ou=_LISTE,
    )  # fmt: skip


@verification(R_METADONNEES, R_DATE_LOCALE)
def metadonnees_montrees(montres: Sequence[Mapping[str, Any]], fiches: Mapping[str, DocumentEntry]) -> list[Constat]:
    """Titre et type de chaque document montré sont ceux de sa fiche ; sa date est le même instant, en heure locale.

    Ce qui n'est montré pour aucun document ne se compare pas : une personne regarde.
    """
    connus = [(m, fiche) for m in montres if (fiche := fiches.get(str(m.get("unique_id", "")))) is not None]
    if not connus:
        return [R_METADONNEES.sans_objet("aucun document du DMP parmi ceux montrés")]
    ecarts: list[str] = []
    decalees: list[str] = []
    datees = 0
    for montre, fiche in connus:
        if montre.get("titre") != fiche.title:
            ecarts.append(f"titre {montre.get('titre')!r} au lieu de {fiche.title!r}")
        type_attendu = fiche.type_code.code if fiche.type_code else ""
        if montre.get("type_code") and str(montre["type_code"]).split("^")[0] != type_attendu:
            ecarts.append(f"type {montre['type_code']} au lieu de {type_attendu}")
        juste = _meme_date_locale(str(montre.get("date_acte") or ""), fiche.service_start_time)
        datees += juste is not None
        if juste is False:
            decalees.append(f"{montre.get('date_acte')} pour {fiche.service_start_time} UTC")
    if not ecarts and not any(montre.get("type_code") for montre, _ in connus):
        metadonnees = R_METADONNEES.a_regarder(
            "le type des documents n'a pas été relevé : montrez les informations de la liste", ou=_LISTE
        )
    else:
        metadonnees = juger(
            R_METADONNEES, not ecarts, "des informations montrées ne sont pas celles du DMP",
            attendu="titre et type de la fiche", recu=", ".join(ecarts) or f"{len(connus)} document(s) justes",
            ou=_LISTE,
        )  # fmt: skip
    if not datees:
        dates = R_DATE_LOCALE.a_regarder("aucune date de l'acte n'a pu être lue dans la liste : montrez-la", ou=_LISTE)
    else:
        dates = juger(
            R_DATE_LOCALE, not decalees, "des dates montrées ne sont pas à l'heure locale",
            attendu="la date de l'acte, en heure de Paris", recu=", ".join(decalees) or f"{datees} date(s) justes",
            ou=_LISTE,
        )  # fmt: skip
    return [metadonnees, dates]


def _meme_date_locale(montree: str, dtm: str) -> bool | None:
    """Compare avec la précision de ce qui est montré ; None si la date n'est pas montrée, ou sous une autre forme."""
    attendu = instant_de(f"{dtm}+0000")
    if attendu is None or not montree:
        return None
    try:
        lue = datetime.fromisoformat(montree)
    except ValueError:
        return None
    if len(montree) <= len("AAAA-MM-JJ"):
        return attendu.astimezone(PARIS).date() == lue.date()
    lue = lue if lue.tzinfo else lue.replace(tzinfo=PARIS)
    return abs((lue - attendu).total_seconds()) < 60


@verification(R_FILTRES)
def filtres_proposes(filtres: Sequence[str]) -> Constat:
    """Au moins deux filtres sont proposés à l'utilisateur."""
    return juger(
        R_FILTRES, len(set(filtres)) >= 2, "pas de filtres proposés sur la liste",
        attendu="plusieurs filtres sur les métadonnées", recu=", ".join(filtres) or "aucun", ou=_LISTE,
    )  # fmt: skip


@verification(R_DOCUMENT_OUVERT)
def document_ouvert(attendu: str, recu: Any, titre: str, phrase: str) -> Constat:
    """Le document ouvert est, octet pour octet, celui du DMP. `attendu` : SHA-256 du contenu de l'entrepôt."""
    return juger(
        R_DOCUMENT_OUVERT, str(recu or "").lower() == attendu,
        f"« {titre} » : le document ouvert n'est pas celui du DMP",
        attendu=attendu, recu=f"{recu or 'aucun contenu'} ({phrase})", ou="document affiché",
    )  # fmt: skip


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
        attendu=f"{attendus} document(s) montré(s)", recu=f"{montres} document(s), {recu}", ou=_LISTE,
    )  # fmt: skip


# ------------------------------------------------------------- documents gardés
@verification(R_PRECHARGES)
def documents_precharges(echanges: Sequence[Echange], annonces: Sequence[str], attendus: Sequence[str]) -> Constat:
    """Les documents téléchargés (TD3.2) et annoncés sont ceux que les critères retiennent."""
    reussies = [e for e in echanges if e.operation.startswith("TD3.2") and reussi(e)]
    telecharges = {unique_id for e in reussies for unique_id in documents_demandes(e)}
    return juger(
        R_PRECHARGES, telecharges == set(attendus) and set(annonces) == set(attendus),
        "les documents préchargés ne sont pas ceux que les critères retiennent",
        attendu=", ".join(attendus),
        recu=f"téléchargés : {', '.join(sorted(telecharges)) or 'aucun'} ; annoncés : {', '.join(annonces) or 'aucun'}",
        ou=_ECHANGES, echanges=tuple(e.numero for e in reussies),
    )  # fmt: skip


@verification(R_DUREE)
def duree_appliquee(expirations: Sequence[str], heures: float, instant: datetime) -> Constat:
    """Chaque échéance tombe `heures` après le préchargement, à deux minutes près."""
    if not expirations:
        return R_DUREE.sans_objet("aucun document préchargé avec une échéance")
    attendue = instant + timedelta(hours=heures)
    fausses = [e for e in expirations if abs(_instant(e) - attendue.timestamp()) > 120]
    return juger(
        R_DUREE, not fausses, "l'échéance d'un document préchargé n'est pas celle de la durée réglée",
        attendu=f"{attendue.astimezone(UTC).isoformat(timespec='seconds')} ({heures:g} h)",
        recu=", ".join(fausses or expirations), ou="documents préchargés",
    )  # fmt: skip


@verification(R_DEPUIS_STOCK)
def servi_depuis_le_stock(
    echanges: Sequence[Echange], unique_id: str, *, depuis_cache: Any, attendu: bool, recu: str
) -> Constat:
    """Stocké : aucun TD3.2 à l'ouverture. Périmé : le document est redemandé au DMP."""
    demandes = [e for e in echanges if e.operation.startswith("TD3.2") and unique_id in documents_demandes(e)]
    correct = (not demandes and depuis_cache is not False) if attendu else (bool(demandes) and depuis_cache is not True)
    return juger(
        R_DEPUIS_STOCK, correct,
        "le document stocké a été redemandé au DMP" if attendu else "le document périmé a été servi depuis le stock",
        attendu="aucune demande au DMP" if attendu else "une nouvelle demande au DMP",
        recu=f"{len(demandes)} demande(s), depuis le stock : {depuis_cache}, logiciel : {recu}",
        ou=_ECHANGES, echanges=tuple(e.numero for e in demandes),
    )  # fmt: skip


@verification(R_CONSERVATION)
def conservation_appliquee(
    conservation: Mapping[str, Any], *, jours: int, archivage: bool, instant: datetime, dates: Sequence[str] = ()
) -> Constat:
    """Échéance et archivage du document intégré sont ceux réglés (au jour près).

    La durée court de l'intégration, ou de l'une des `dates` du document (DTM, en temps universel) : le texte ne tranche
    pas.
    """
    attendue = (instant + timedelta(days=jours)).astimezone(PARIS)
    echeance = str(conservation.get("expire_le") or "")
    departs = [instant, *(depart for dtm in dates if (depart := instant_de(f"{dtm}+0000")) is not None)]
    proche = any(
        abs(_instant(echeance) - (depart + timedelta(days=jours)).timestamp()) <= timedelta(days=1).total_seconds()
        for depart in departs
    )
    return juger(
        R_CONSERVATION, proche and conservation.get("archivage") is archivage,
        "la conservation du document intégré n'est pas celle réglée",
        attendu=f"jusqu'au {attendue.date()}, archivage : {archivage}",
        recu=f"jusqu'au {echeance or 'non dit'}, archivage : {conservation.get('archivage')}",
        ou="document intégré",
    )  # fmt: skip


@verification(R_INTEGRE)
def document_au_dossier(document_id: str, documents: Sequence[Mapping[str, Any]], recu: str) -> Constat:
    """Le document intégré figure dans la liste des documents du patient."""
    connus = [str(d.get("document_id")) for d in documents]
    return juger(
        R_INTEGRE, bool(document_id) and document_id in connus, "le document du DMP n'est pas au dossier du patient",
        attendu=f"le document {document_id or 'intégré'} dans la liste",
        recu=f"{', '.join(connus) or 'aucun'} ; {recu}", ou="documents du patient",
    )  # fmt: skip
