"""Règles sur le tableau de bord des services socles : ce qu'il montre, comparé aux transmissions réellement vues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from steps.verifications.cda.jugement import juger
from steps.verifications.chiffres_transmissions import (
    CANAUX,
    LECTURES,
    PERIODES,
    Chiffres,
    Transmission,
    chiffres_attendus,
    chiffres_montres,
    de_la_periode,
    entier,
)
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO, REM_PFI

_OU = "tableau de bord du logiciel"
_DEUX_REM = f"{REM_BIO.format('TBB/va1.03')} ; {REM_PFI.format('TBB/va1.01')}"

R_COMPTES = Regle(
    "TBB-COMPTE-01",
    "Le tableau de bord compte les comptes rendus transmis au DMP, aux professionnels et aux patients, selon l'INS",
    _DEUX_REM,
    Confiance.OFFICIELLE,
    "Comptez chaque compte rendu transmis une fois par canal, en distinguant INS qualifiée et non qualifiée.",
)
R_PERIODES = Regle(
    "TBB-PERIODE-01",
    "Le mois courant, l'année courante et l'année précédente se distinguent",
    _DEUX_REM,
    Confiance.OFFICIELLE,
    "Proposez au moins ces trois périodes, et ne comptez dans chacune que ce qui lui revient.",
)
R_DOSSIERS = Regle(
    "TBB-DOSSIER-01",
    "Le tableau de bord compte les dossiers touchés par chaque action, et par les trois",
    REM_BIO.format("TBB/va1.03"),
    Confiance.OFFICIELLE,
    "Comptez une fois chaque dossier dont au moins un compte rendu a été transmis, puis ceux des trois canaux.",
)
R_FILTRES = Regle(
    "TBB-FILTRE-01",
    "Le tableau de bord se limite à un FINESS géographique ou à un RPPS",
    _DEUX_REM,
    Confiance.OFFICIELLE,
    "Filtrez les chiffres par FINESS géographique et par RPPS du biologiste.",
)
R_TYPES = Regle(
    "TBB-TYPE-01",
    "Le tableau de bord se limite à un type de document",
    REM_PFI.format("TBB/va1.01"),
    Confiance.OFFICIELLE,
    "Filtrez les chiffres, ou donnez-les, par type de document.",
)
R_ECHECS = Regle(
    "TBB-ECHEC-01",
    "Les échecs d'envoi par MSSanté et d'alimentation du DMP sont comptés",
    f"{REM_BIO.format('TBB/va1.05')} ; {REM_PFI.format('TBB/va1.01')}",
    Confiance.OFFICIELLE,
    "Comptez à part les transmissions manquées, par canal.",
)

R_VOLUME = Regle(
    "TBB-VOLUME-01",
    "Le scénario est joué avec le nombre de comptes rendus demandé",
    "REM BIO, scénario TBB/va1.03.01 ; déduction du banc : un dixième ne vaut pas le tout",
    Confiance.DEDUITE,
    "Rejouez la campagne avec --volume=officiel avant de déposer les preuves.",
)


def lecture_suivie(
    tableaux: Mapping[str, Mapping[str, Any]], transmissions: Sequence[Transmission], aujourd_hui: date
) -> str:
    """La lecture (acte ou envoi) qui explique le mieux les tableaux montrés, une période par clé."""

    def ecarts(lecture: str) -> int:
        return sum(
            chiffres_montres(tableau) != chiffres_attendus(de_la_periode(transmissions, periode, lecture, aujourd_hui))
            for periode, tableau in tableaux.items()
        )

    return min(LECTURES, key=ecarts)


@verification(R_VOLUME)
def volume_joue(joues: int, demandes: int, quoi: str) -> Constat:
    """Un volume réduit sert à mettre au point ; il ne vaut pas le scénario officiel."""
    if joues >= demandes:
        return R_VOLUME.respectee(recu=f"{joues} {quoi}")
    # Déduite, la règle enfreinte reste à vérifier ; un `attendu` dit qu'aucune déclaration ne remplace ce volume.
    return R_VOLUME.enfreinte(
        f"Joué à volume réduit : {joues} {quoi} au lieu de {demandes}.",
        attendu=f"{demandes} {quoi}",
        recu=f"{joues} {quoi}",
        ou="scénario joué",
    )


@verification(R_COMPTES, R_PERIODES)
def comptes_justes(
    tableaux: Mapping[str, Mapping[str, Any]], transmissions: Sequence[Transmission], aujourd_hui: date
) -> list[Constat]:
    """Chaque période montrée (clé de PERIODES) a les chiffres des transmissions vues qui lui reviennent."""
    if not any(t.reussie for t in transmissions):
        return [R_COMPTES.sans_objet("aucune transmission réussie n'a été vue : les chiffres ne se comparent à rien")]
    lecture = lecture_suivie(tableaux, transmissions, aujourd_hui)
    constats = []
    for periode, tableau in tableaux.items():
        attendus = chiffres_attendus(de_la_periode(transmissions, periode, lecture, aujourd_hui))
        montres = chiffres_montres(tableau)
        constats.append(
            juger(
                R_COMPTES,
                montres == attendus,
                f"Les chiffres du tableau de bord ({PERIODES[periode]}) ne sont pas ceux des transmissions.",
                attendu=_dire(attendus),
                recu=_dire(montres),
                ou=f"{_OU}, {PERIODES[periode]}",
            )
        )
    if lecture == "envoi" and all(c.verdict is Verdict.CONFORME for c in constats):
        constats.append(
            R_PERIODES.a_regarder(
                "Le logiciel range les comptes rendus à la date de leur envoi : tous sont partis aujourd'hui. Montrez "
                "un tableau de bord dont les envois couvrent plusieurs mois.",
                ou=_OU,
            )
        )
        return constats
    return [*constats, _periodes_distinctes(tableaux, transmissions, lecture, aujourd_hui)]


def _periodes_distinctes(
    tableaux: Mapping[str, Mapping[str, Any]], transmissions: Sequence[Transmission], lecture: str, aujourd_hui: date
) -> Constat:
    """Deux périodes dont les transmissions diffèrent ne montrent pas les mêmes chiffres."""
    attendus = {p: chiffres_attendus(de_la_periode(transmissions, p, lecture, aujourd_hui)) for p in PERIODES}
    montres = {p: chiffres_montres(tableau) for p, tableau in tableaux.items()}
    if all(attendus[p] == attendus[q] for p, q in combinations(PERIODES, 2)):
        return R_PERIODES.sans_objet("les trois périodes ont les mêmes transmissions : elles ne se distinguent pas")
    confondues = [
        (p, q) for p, q in combinations(montres, 2) if attendus[p] != attendus[q] and montres[p] == montres[q]
    ]
    absentes = [PERIODES[p] for p in PERIODES if p not in montres]
    return juger(
        R_PERIODES,
        not confondues and not absentes,
        "Des périodes manquent ou montrent les mêmes chiffres.",
        attendu=" ; ".join(f"{PERIODES[p]} : {_dire(c)}" for p, c in attendus.items()),
        recu=" ; ".join(f"{PERIODES[p]} : {_dire(c)}" for p, c in montres.items()) or "aucune période",
        ou=_OU,
    )


def _dire(chiffres: Chiffres) -> str:
    return ", ".join(
        f"{canal} : {'absent' if total < 0 else total} ({qualifiee} qualifiées, {autre} non qualifiées)"
        for canal, (total, qualifiee, autre) in chiffres.items()
    )


@verification(R_DOSSIERS)
def dossiers_justes(
    tableaux: Mapping[str, Mapping[str, Any]], transmissions: Sequence[Transmission], aujourd_hui: date
) -> list[Constat]:
    """Dossiers touchés par période ; celui du patient, ou celui de la demande : le texte admet les deux."""
    lecture = lecture_suivie(tableaux, transmissions, aujourd_hui)
    constats = []
    for periode, tableau in tableaux.items():
        brut = tableau.get("dossiers")
        montres = {c: entier(brut.get(c)) if isinstance(brut, Mapping) else -1 for c in (*CANAUX, "trois")}
        retenues = [t for t in de_la_periode(transmissions, periode, lecture, aujourd_hui) if t.reussie]
        admis = [_dossiers(retenues, patient=True), _dossiers(retenues, patient=False)]
        constats.append(
            juger(
                R_DOSSIERS,
                montres in admis,
                f"Les dossiers comptés ({PERIODES[periode]}) ne sont pas ceux qui ont été touchés.",
                attendu=f"{admis[0]} par patient, ou {admis[1]} par demande",
                recu=str(montres),
                ou=f"{_OU}, {PERIODES[periode]}",
            )
        )
    return constats


def _dossiers(transmissions: Sequence[Transmission], *, patient: bool) -> dict[str, int]:
    par_canal = {
        canal: {t.dossier if patient else t.document_id for t in transmissions if t.canal == canal} for canal in CANAUX
    }
    return {**{canal: len(d) for canal, d in par_canal.items()}, "trois": len(set.intersection(*par_canal.values()))}


@verification(R_FILTRES, R_TYPES)
def filtre_applique(
    tableau: Mapping[str, Any],
    entier: Mapping[str, Any],
    transmissions: Sequence[Transmission],
    filtre: Mapping[str, str],
    quoi: str,
) -> Constat:
    """`tableau` filtré (finess, rpps ou type_code), comparé aux transmissions ; `entier` : le même sans filtre."""
    regle = R_TYPES if "type_code" in filtre else R_FILTRES
    retenues = [t for t in transmissions if all(getattr(t, cle) == valeur for cle, valeur in filtre.items())]
    attendus = chiffres_attendus(retenues)
    if attendus == chiffres_montres(entier):
        return regle.sans_objet(f"le filtre {quoi} ne retire rien : il ne prouve rien")
    montres = chiffres_montres(tableau)
    if "rpps" in filtre and montres == chiffres_montres(entier):
        # « Si pertinent » : un laboratoire qui n'a pas ce filtre n'enfreint rien ; s'il l'a, il est sans effet.
        return R_FILTRES.a_regarder(
            f"Le filtre {quoi} ne change rien : montrez-le, ou dites pourquoi il n'est pas pertinent.",
            recu=_dire(montres),
            ou=f"{_OU}, {quoi}",
        )
    return juger(
        regle,
        montres == attendus,
        f"Le filtre {quoi} ne retient pas les seules transmissions qui le suivent.",
        attendu=_dire(attendus),
        recu=_dire(montres),
        ou=f"{_OU}, {quoi}",
    )


@verification(R_ECHECS)
def echecs_comptes(
    tableau: Mapping[str, Any],
    transmissions: Sequence[Transmission],
    quoi: str = "période entière",
    lignes: Sequence[Mapping[str, Any]] | None = (),
) -> list[Constat]:
    """Échecs montrés par canal, comparés aux échecs que le banc a provoqués.

    L'exigence admet le tableau de bord ou l'extraction : `lignes` de celle-ci, None si l'adaptateur ne les lit pas.
    """
    constats = []
    extraits = {(str(e.get("document_id")), str(e.get("canal"))) for e in lignes or () if e.get("reussi") is False}
    for canal, libelle in CANAUX.items():
        attendu = sum(1 for t in transmissions if t.canal == canal and not t.reussie)
        if not attendu:
            constats.append(R_ECHECS.sans_objet(f"aucun échec provoqué ({libelle})"))
            continue
        brut = tableau.get(canal)
        montre = entier(brut.get("echecs")) if isinstance(brut, Mapping) else -1
        manques = {(t.document_id, canal) for t in transmissions if t.canal == canal and not t.reussie}
        if montre < 0 and manques <= extraits:
            constats.append(R_ECHECS.respectee(recu=f"{attendu} échec(s) dans l'extraction", ou="extraction"))
            continue
        if montre < 0 and lignes is None:
            constats.append(
                R_ECHECS.a_regarder(
                    f"Le tableau de bord ne dit pas les échecs ({libelle}) : montrez-les dans l'extraction.", ou=_OU
                )
            )
            continue
        constats.append(
            juger(
                R_ECHECS,
                montre == attendu,
                f"Les échecs ne sont pas comptés ({libelle}).",
                attendu=f"{attendu} échec(s)",
                recu="nombre d'échecs absent" if montre < 0 else f"{montre} échec(s)",
                ou=f"{_OU}, {quoi}",
            )
        )
    return constats
