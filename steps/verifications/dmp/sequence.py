"""L'enchaînement des transactions : droit d'accès, autorisation, opposition, modes d'authentification."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import DELETED
from simulators.dmp.vihf import Ins
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.message import (
    MessageIllisible,
    autorisation_rendue,
    lire_reponse,
    numeros,
    patient_de,
    reussi,
    utilisateur_de,
    vihf_de,
)
from steps.verifications.dmp.soumission import (
    action_autorisation,
    alimentations,
    changements_de_statut,
    documents_soumis,
    est_consultation,
)
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

DROIT_VERIFIE = Regle(
    "DMP-SEQ-01", "Le droit d'accès est vérifié avant toute consultation", REM_BIO.format("DMP/UX.08"),
    Confiance.OFFICIELLE, "Appeler TD0.2 (ou TD0.4) pour ce patient et cet utilisateur avant TD3.1 et TD3.2.",
)  # fmt: skip
ALIMENTER_SANS_AUTORISATION = Regle(
    "DMP-SEQ-02", "Alimenter et supprimer ne demandent pas d'autorisation d'accès", REM_BIO.format("DMP/CONF.05"),
    Confiance.OFFICIELLE, "N'appeler TD0.3 que pour consulter.",
)  # fmt: skip
AUTORISATION_POSEE = Regle(
    "DMP-SEQ-03", "L'autorisation est positionnée quand elle manque et que le patient ne s'oppose pas",
    REM_BIO.format("DMP/UX.50"), Confiance.OFFICIELLE,
    "Après TD0.2, appeler TD0.3 si et seulement si l'autorisation manque et que le patient ne s'est pas opposé.",
)  # fmt: skip
OPPOSITION = Regle(
    "DMP-SEQ-04", "Aucune consultation quand le patient s'y oppose", REM_BIO.format("DMP/CONF.06"),
    Confiance.OFFICIELLE, "Bloquer TD3.1 et TD3.2 tant que le patient s'oppose à la consultation.",
)  # fmt: skip
BLOQUE = Regle(
    "DMP-SEQ-05", "Un document bloqué n'est pas envoyé au DMP", REM_BIO.format("DMP/va1.22"), Confiance.OFFICIELLE,
    "Respecter le blocage posé par l'utilisateur, y compris dans les envois automatiques et les reprises.",
)  # fmt: skip
MODE_CONSULTATION = Regle(
    "DMP-SEQ-06", "La consultation se fait avec une authentification qui l'autorise",
    "GIE SESAM-Vitale, PDT-INF-606 v1.3, matrice des droits", Confiance.OFFICIELLE,
    "Consulter en authentification directe ou indirecte renforcée (AIR), jamais en indirecte simple.",
)  # fmt: skip
MODE_AIR = Regle(
    "DMP-SEQ-07", "La consultation se fait en authentification indirecte renforcée", REM_BIO.format("DMP/AIRS.03"),
    Confiance.OFFICIELLE, "Consulter avec Authentification_mode = INDIRECTE_RENFORCEE.",
)  # fmt: skip
MODE_ALIMENTATION = Regle(
    "DMP-SEQ-08", "L'alimentation ne se fait pas en authentification indirecte renforcée",
    "GIE SESAM-Vitale, PDT-INF-606 v1.3, matrice des droits", Confiance.OFFICIELLE,
    "Alimenter en authentification directe ou indirecte.",
)  # fmt: skip
WEB_PS = Regle(
    "DMP-WEB-01", "L'accès web-PS est appelé à son adresse, pour le bon patient", "GIE SESAM-Vitale, PDT-INF-527 v1.7",
    Confiance.OFFICIELLE, "Ouvrir /AccesDirect/<fonction>, suivi de l'INS pour les fonctions qui visent un patient.",
)  # fmt: skip


def _patient(ins: Ins | None) -> str:
    return f"{ins.matricule} ({ins.oid})" if ins else "patient inconnu"


def _td02(echange: Echange) -> bool:
    return echange.service == "dmp" and echange.operation == "TD0.2"


def _td03(echange: Echange) -> bool:
    return echange.service == "dmp" and echange.operation == "TD0.3"


@verification(DROIT_VERIFIE)
def droit_verifie_avant(echanges: Sequence[Echange]) -> Constat:
    """Chaque consultation suit un TD0.2 réussi (ou TD0.4) pour ce patient et cet utilisateur."""
    consultations = [echange for echange in echanges if est_consultation(echange)]
    if not consultations:
        return DROIT_VERIFIE.sans_objet("aucune consultation (TD3.1, TD3.2) observée")
    # Un message illisible ne dit pas son patient : le transport le juge, l'ordre ne peut pas l'être.
    consultations = [echange for echange in consultations if patient_de(echange) is not None]
    if not consultations:
        return DROIT_VERIFIE.sans_objet("aucune consultation dont le patient se lise")
    tests = [e for e in echanges if e.service == "dmp" and e.operation in ("TD0.2", "TD0.4") and reussi(e)]
    fautives = [
        consultation
        for consultation in consultations
        if not any(
            _verifie(test, consultation)
            for test in tests
            if test.numero < consultation.numero and test.fin <= consultation.debut
        )
    ]
    premier = (fautives or consultations)[0]
    return juger(
        DROIT_VERIFIE, not fautives,
        f"{premier.operation} sans vérification préalable du droit d'accès (n° {premier.numero}).",
        attendu=f"TD0.2 ou TD0.4 réussi pour {_patient(patient_de(premier))}, utilisateur {utilisateur_de(premier)}",
        recu=", ".join(e.operation or "?" for e in echanges if e.numero < premier.numero and e.service == "dmp")
        or "aucune transaction avant",
        ou=f"échange n° {premier.numero}", echanges=numeros(fautives or consultations),
    )  # fmt: skip


def _verifie(echange: Echange, consultation: Echange) -> bool:
    if utilisateur_de(echange) != utilisateur_de(consultation):
        return False
    patient = patient_de(consultation)
    if _td02(echange):
        return patient is not None and patient_de(echange) == patient
    if echange.service == "dmp" and echange.operation == "TD0.4" and patient is not None:
        try:
            contenu = lire_reponse(echange).contenu
        except MessageIllisible:
            return False
        return contenu is not None and any(_designe(element, patient.matricule) for element in contenu.iter())
    return False


def _designe(element: etree._Element, matricule: str) -> bool:
    """Vrai si l'élément porte le matricule, seul ou en tête d'un CX."""
    textes = [*map(str, element.attrib.values()), str(element.text or "")]
    return any(texte.strip().split("^", 1)[0] == matricule for texte in textes)


@verification(ALIMENTER_SANS_AUTORISATION)
def pas_d_autorisation_pour_alimenter(echanges: Sequence[Echange], *, consultation_voulue: bool = False) -> Constat:
    """Aucun TD0.3 pendant que l'utilisateur ne fait qu'alimenter ou supprimer.

    `consultation_voulue` : l'utilisateur a aussi consulté ; un TD0.3 que suit une consultation, avant tout autre acte,
    est alors celui de cette consultation.
    """
    actes = [*alimentations(echanges), *suppressions(echanges)]
    if not actes:
        return ALIMENTER_SANS_AUTORISATION.sans_objet("aucune alimentation ni suppression observée")
    autorisations = [
        echange
        for echange in echanges
        if _td03(echange) and not (consultation_voulue and _pour_consulter(echange, echanges, actes))
    ]
    return juger(
        ALIMENTER_SANS_AUTORISATION, not autorisations, "Le logiciel a demandé une autorisation d'accès (TD0.3).",
        attendu="TD2.1 et TD3.3c sans TD0.3", recu=", ".join(e.operation for e in echanges if e.service == "dmp"),
        ou="suite des transactions", echanges=numeros(autorisations or actes),
    )  # fmt: skip


def _pour_consulter(autorisation: Echange, echanges: Sequence[Echange], actes: Sequence[Echange]) -> bool:
    suite = (e for e in echanges if e.numero > autorisation.numero and (e in actes or est_consultation(e)))
    suivant = next(suite, None)
    return suivant is not None and est_consultation(suivant) and patient_de(suivant) == patient_de(autorisation)


def suppressions(echanges: Sequence[Echange]) -> list[Echange]:
    """Mises à jour TD3.3 qui passent un document à l'état supprimé."""
    return [
        echange
        for echange in echanges
        if echange.service == "dmp"
        and echange.operation.startswith("TD3.3")
        and any(lien.new_status == DELETED for lien in changements_de_statut(echange))
    ]


@verification(AUTORISATION_POSEE)
def autorisation_posee(echanges: Sequence[Echange], *, opposition: bool) -> Constat:
    """TD0.3 suit TD0.2 exactement quand l'autorisation manque et que le patient ne s'est pas opposé."""
    tests = [echange for echange in echanges if _td02(echange) and reussi(echange) and autorisation_rendue(echange)]
    ajouts = [echange for echange in echanges if _td03(echange) and action_autorisation(echange) != "SUPPRESSION"]
    if not tests:
        if ajouts:
            return AUTORISATION_POSEE.enfreinte(
                "Autorisation positionnée sans test d'existence.", attendu="TD0.2 puis TD0.3", recu="TD0.3 seul",
                ou=f"échange n° {ajouts[0].numero}", echanges=numeros(ajouts),
            )  # fmt: skip
        return AUTORISATION_POSEE.sans_objet("aucun TD0.2 rendant un état d'autorisation n'a été observé")
    test = tests[0]
    etat = autorisation_rendue(test)
    voulue = etat in ("NON_EXISTE", "EXPIRE") and not opposition
    memes = [e for e in ajouts if patient_de(e) == patient_de(test) and utilisateur_de(e) == utilisateur_de(test)]
    consultation = next((e for e in echanges if est_consultation(e)), None)
    a_temps = [e for e in memes if e.numero > test.numero and (consultation is None or e.numero < consultation.numero)]
    posees = [e for e in a_temps if reussi(e)]
    correct = (len(posees) == 1 and len(ajouts) == len(a_temps)) if voulue else not ajouts
    situation = f"autorisation {etat}, patient {'opposé' if opposition else 'non opposé'}"
    suite = [e.operation for e in echanges if e.service == "dmp"]
    return juger(
        AUTORISATION_POSEE, correct,
        f"L'autorisation {'n’a pas été positionnée comme attendu' if voulue else 'ne devait pas être positionnée'} "
        f"({situation}).",
        attendu="TD0.2, TD0.3 une fois, puis la consultation" if voulue else f"aucun TD0.3 ({situation})",
        recu=", ".join(suite), ou="suite des transactions", echanges=numeros([test, *ajouts]),
    )  # fmt: skip


@verification(OPPOSITION)
def pas_de_consultation_si_opposition(
    echanges: Sequence[Echange], matricule: str, *, temoins: Sequence[Echange]
) -> Constat:
    """Aucune consultation du patient opposé, alors que le logiciel consulte quand il le peut (`temoins`)."""
    controles = [echange for echange in temoins if est_consultation(echange) and reussi(echange)]
    if not controles:
        return OPPOSITION.sans_objet(
            "le logiciel n'a consulté aucun DMP quand il le pouvait : le blocage ne prouve rien"
        )
    fautives = [e for e in echanges if est_consultation(e) and _vise(e, matricule)]
    return juger(
        OPPOSITION, not fautives, "Le logiciel a consulté le DMP d'un patient opposé à la consultation.",
        attendu="ni TD3.1 ni TD3.2 pour ce patient", recu=", ".join(e.operation for e in fautives) or "aucune",
        ou="suite des transactions", echanges=numeros(fautives or controles),
    )  # fmt: skip


def _vise(echange: Echange, matricule: str) -> bool:
    patient = patient_de(echange)
    return patient is None or patient.matricule == matricule


@verification(BLOQUE)
def document_bloque_non_envoye(
    echanges: Sequence[Echange], matricule: str, *, unique_ids: Sequence[str] = (), temoins: Sequence[Echange]
) -> Constat:
    """Le document bloqué (à défaut d'uniqueId : tout document du patient) n'est pas envoyé, un autre l'est."""
    if not [e for e in alimentations(temoins) if reussi(e)]:
        return BLOQUE.sans_objet("aucun document non bloqué n'a été envoyé : le blocage ne prouve rien")
    envois = alimentations(echanges)
    fautifs = [
        e
        for e in envois
        if _vise(e, matricule)
        and (not unique_ids or not (lus := documents_soumis([e])) or any(d.unique_id in unique_ids for d in lus))
    ]
    return juger(
        BLOQUE, not fautifs, "Un document bloqué a été envoyé au DMP.",
        attendu=f"aucun envoi de {', '.join(unique_ids) or 'document de ce patient'}",
        recu=", ".join(d.unique_id for e in fautifs for d in documents_soumis([e])) or "aucun envoi",
        ou="suite des transactions", echanges=numeros(fautifs or alimentations(temoins)),
    )  # fmt: skip


@verification(MODE_CONSULTATION)
def mode_de_consultation(echanges: Sequence[Echange]) -> Constat:
    """Aucune consultation en authentification indirecte simple."""
    return _modes(MODE_CONSULTATION, echanges, ("DIRECTE", "INDIRECTE_RENFORCEE"))


@verification(MODE_AIR)
def consultation_en_air(echanges: Sequence[Echange]) -> Constat:
    """Toute consultation est en authentification indirecte renforcée."""
    return _modes(MODE_AIR, echanges, ("INDIRECTE_RENFORCEE",))


def _modes(regle: Regle, echanges: Sequence[Echange], permis: tuple[str, ...]) -> Constat:
    vus = [(e, vihf.mode) for e in echanges if est_consultation(e) and (vihf := vihf_de(e)) is not None]
    if not vus:
        return regle.sans_objet("aucune consultation avec un VIHF lisible n'a été observée")
    fautifs = [(e, mode) for e, mode in vus if mode not in permis]
    return juger(
        regle, not fautifs, "Une consultation emploie un mode d'authentification qui ne convient pas.",
        attendu=" ou ".join(permis), recu=", ".join(sorted({mode or "aucun" for _, mode in fautifs or vus})),
        ou="VIHF, Authentification_mode", echanges=numeros([e for e, _ in fautifs or vus]),
    )  # fmt: skip


@verification(MODE_ALIMENTATION)
def mode_d_alimentation(echanges: Sequence[Echange]) -> Constat:
    """Aucune alimentation en authentification indirecte renforcée."""
    vus = [(e, vihf.mode) for e in alimentations(echanges) if (vihf := vihf_de(e)) is not None]
    if not vus:
        return MODE_ALIMENTATION.sans_objet("aucune alimentation avec un VIHF lisible n'a été observée")
    fautifs = [e for e, mode in vus if mode not in ("DIRECTE", "INDIRECTE")]
    return juger(
        MODE_ALIMENTATION, not fautifs, "Une alimentation emploie un mode d'authentification qui ne convient pas.",
        attendu="DIRECTE ou INDIRECTE", recu=", ".join(sorted({mode or "aucun" for _, mode in vus})),
        ou="VIHF, Authentification_mode", echanges=numeros(fautifs or [e for e, _ in vus]),
    )  # fmt: skip


_SANS_PATIENT = frozenset({"Parametrages"})
_PATIENT_FACULTATIF = frozenset({"TableauDeBord"})


@verification(WEB_PS)
def appel_web_ps(echange: Echange, fonction: str, matricule: str = "") -> Constat:
    """L'URL d'accès contextuel est celle de la fonction, avec l'INS du patient quand il le faut."""
    chemin = unquote(urlsplit(echange.requete.cible).path).rstrip("/")
    attendues = [f"/AccesDirect/{fonction}"]
    if fonction not in _SANS_PATIENT and matricule:
        attendues = [f"/AccesDirect/{fonction}/{matricule}", *(attendues if fonction in _PATIENT_FACULTATIF else [])]
    correct = echange.requete.methode == "GET" and any(
        re.search(rf"(^|/){re.escape(attendue.lstrip('/'))}$", chemin) for attendue in attendues
    )
    return juger(
        WEB_PS, correct, "L'accès web-PS n'est pas appelé à l'adresse attendue.",
        attendu=f"GET {' ou '.join(attendues)}", recu=f"{echange.requete.methode} {chemin}",
        ou="URL", echanges=(echange.numero,),
    )  # fmt: skip
