"""Règles sur ce que le logiciel permet, empêche ou signale : créations, droits, justificatifs, alertes, listes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.identite import R_CREATION_ADMISE, R_CREATION_REFUSEE, R_DATE, R_DATE_ADMISE
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

R_BLOCAGE_INSI = Regle(
    "INSI-BLOCAGE-01",
    "Aucun appel à INSi pour une identité douteuse ou fictive",
    GUIDE_INS.format(25),
    Confiance.OFFICIELLE,
    "Bloquez l'appel à INSi dès que l'attribut douteux ou fictif est posé.",
)
R_APPEL_POSSIBLE = Regle(
    "INSI-BLOCAGE-02",
    "L'appel à INSi est possible pour une identité sans attribut douteux ou fictif",
    GUIDE_INS.format("25 et 37"),
    Confiance.OFFICIELLE,
    "Permettez l'appel à INSi pour cette identité.",
)
R_APPEL_ABOUTI = Regle(
    "INSI-RETOUR-01",
    "L'appel à INSi obtient le retour que l'identité de test donne",
    GUIDE_INS.format("25 et 37"),
    Confiance.OFFICIELLE,
    "Corrigez l'appel : la réponse d'INSi dit pourquoi il est refusé.",
)
R_DROIT_INSI = Regle(
    "DRO-INSI-01",
    "Seules les personnes habilitées peuvent appeler INSi",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Soumettez l'appel à INSi à une habilitation paramétrable.",
)
R_DROIT_INS = Regle(
    "DRO-INS-01",
    "Seules les personnes habilitées accèdent à l'INS",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Soumettez l'accès à l'identité INS à une habilitation paramétrable.",
)
R_DROIT_ACCORDE = Regle(
    "DRO-INS-02",
    "Une personne à qui l'habilitation est donnée obtient l'accès",
    GUIDE_INS.format(4),
    Confiance.OFFICIELLE,
    "Appliquez l'habilitation dès qu'elle est paramétrée.",
)
R_JUSTIFICATIF = Regle(
    "PAR-JUSTIFICATIF-01",
    "La nature du justificatif d'identité peut être renseignée",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Proposez un champ pour la nature du justificatif et gardez sa valeur.",
)
R_JUSTIFICATIFS_PARAMETRES = Regle(
    "PAR-JUSTIFICATIF-02",
    "La liste des justificatifs et leur niveau de confiance sont paramétrables par le site",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Permettez au site de définir les justificatifs et leur niveau de confiance, et appliquez-les.",
)
R_VALIDATION_MANUELLE = Regle(
    "PAR-VALIDATION-01",
    "L'utilisateur peut valider l'identité par une action manuelle",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Offrez toujours une action manuelle de validation.",
)
R_VALIDATION_DESACTIVEE = Regle(
    "PAR-VALIDATION-02",
    "La validation automatique de l'identité peut être désactivée",
    GUIDE_INS.format(19),
    Confiance.OFFICIELLE,
    "Permettez de désactiver la validation automatique, et respectez ce réglage.",
)
R_ALERTE = Regle(
    "INSI-ALERTE-01",
    "L'utilisateur est alerté d'un écart entre le premier prénom saisi et les prénoms rendus par INSi",
    GUIDE_INS.format(6),
    Confiance.OFFICIELLE,
    "Comparez le premier prénom au début de la liste rendue et alertez l'utilisateur.",
)
R_ECARTS = Regle(
    "INSI-ALERTE-02",
    "Les écarts entre traits saisis et traits rendus par INSi sont montrés à l'utilisateur",
    GUIDE_INS.format(6),
    Confiance.OFFICIELLE,
    "Montrez, avant acceptation, chaque trait local et le trait rendu quand ils diffèrent.",
)
R_MESSAGE_BLOCAGE = Regle(
    "INSI-ALERTE-03",
    "L'utilisateur est averti que l'INS rendue ne peut pas être rapatriée",
    GUIDE_INS.format("11 et 12"),
    Confiance.OFFICIELLE,
    "Dites à l'utilisateur pourquoi l'INS rendue n'est pas reprise.",
)
R_LISTE_TRAVAIL = Regle(
    "LIS-TRAVAIL-01",
    "Ce que la vérification INSi a refusé est placé dans une liste de travail",
    GUIDE_INS.format("49 et 55"),
    Confiance.OFFICIELLE,
    "Ajoutez l'identité, ou la donnée de santé, à une liste de travail dédiée.",
)
R_NON_INTEGRE = Regle(
    "LIS-TRAVAIL-02",
    "Une donnée de santé dont l'INS n'est pas vérifiée n'est pas intégrée d'elle-même",
    GUIDE_INS.format(55),
    Confiance.OFFICIELLE,
    "Retenez la donnée hors du dossier et alertez l'utilisateur.",
)
R_INTEGRE = Regle(
    "LIS-TRAVAIL-03",
    "Une donnée de santé dont l'INS est vérifiée est intégrée au dossier du patient",
    f"{GUIDE_INS.format(55)} : la règle ne dit que le cas KO",
    Confiance.DEDUITE,
    "Intégrez la donnée quand la vérification répond OK, ou montrez comment elle l'est.",
)
R_MISE_A_JOUR = Regle(
    "LIS-TRAVAIL-04",
    "Une INS vérifiée peut être reprise dans l'identité déjà connue",
    f"{GUIDE_INS.format(51)} : la règle ne dit que le cas KO",
    Confiance.DEDUITE,
    "Montrez comment l'INS reçue et confirmée par INSi rejoint la fiche du patient.",
)
R_REGLAGE = Regle(
    "PAR-REGLAGE-01",
    "Le site peut changer ce réglage",
    "REM BIO, énoncé du scénario (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Permettez au responsable de traitement de changer ce réglage.",
)
_ECART = re.compile(r"ECART|INCOHER|DIFFER|DIVERG|DISTINCT|CORRESPOND|CONCORD|COMMENCE|ATTENTION|ALERTE|IDENTIQUE")


@verification(R_CREATION_REFUSEE)
def creation_sans_trait_refusee(trait: str, resultat: str, recu: str) -> Constat:
    """La création sans ce trait obligatoire est empêchée."""
    if resultat == "fait":
        return R_CREATION_REFUSEE.enfreinte(
            f"identité créée sans {trait}", attendu="refus de la création", recu=recu, ou="création de la fiche"
        )
    return R_CREATION_REFUSEE.respectee(f"création sans {trait} refusée", recu=recu, ou="création de la fiche")


@verification(R_CREATION_ADMISE)
def creation_minimale_admise(resultat: str, recu: str) -> Constat:
    """Les cinq traits obligatoires suffisent."""
    if resultat != "fait":
        return R_CREATION_ADMISE.enfreinte(
            "création refusée avec les cinq traits obligatoires",
            attendu="fiche créée",
            recu=recu,
            ou="création de la fiche",
        )
    return R_CREATION_ADMISE.respectee("fiche créée avec les cinq traits obligatoires", ou="création de la fiche")


@verification(R_DATE, R_DATE_ADMISE)
def date_de_naissance(date: str, *, possible: bool, resultat: str, recu: str) -> Constat:
    """Une date impossible est refusée ; une date possible est acceptée (contrôle positif)."""
    fait = resultat == "fait"
    if possible:
        if fait:
            return R_DATE_ADMISE.respectee(f"date {date} acceptée", ou="date de naissance")
        return R_DATE_ADMISE.enfreinte(
            f"date {date} refusée", attendu="date acceptée", recu=recu, ou="date de naissance"
        )
    if fait:
        return R_DATE.enfreinte(f"date {date} acceptée", attendu="refus", recu=recu, ou="date de naissance")
    return R_DATE.respectee(f"date {date} refusée", recu=recu, ou="date de naissance")


@verification(R_BLOCAGE_INSI)
def aucun_appel_insi(numeros: Sequence[int], attribut: str, resultat: str) -> Constat:
    """INSi n'a rien reçu pour l'identité marquée ; la fenêtre se ferme sur la réponse de l'action."""
    if numeros:
        return R_BLOCAGE_INSI.enfreinte(
            f"INSi a été appelé pour une identité marquée « {attribut} »",
            attendu="aucun échange avec INSi",
            recu=f"{len(numeros)} échange(s)",
            ou="échanges avec INSi",
            echanges=tuple(numeros),
        )
    if resultat == "fait":
        return R_BLOCAGE_INSI.enfreinte(
            f"le logiciel annonce avoir appelé INSi pour une identité marquée « {attribut} »",
            attendu="blocage",
            recu="fait, sans échange observé",
            ou="réponse du logiciel",
        )
    return R_BLOCAGE_INSI.respectee(f"appel bloqué : identité « {attribut} »", recu=resultat, ou="échanges avec INSi")


@verification(R_APPEL_POSSIBLE)
def appel_insi_observe(numeros: Sequence[int], circonstance: str) -> Constat:
    """Contrôle positif : INSi a bien reçu un appel."""
    if not numeros:
        return R_APPEL_POSSIBLE.enfreinte(
            f"INSi n'a reçu aucun appel {circonstance}",
            attendu="au moins un échange avec INSi",
            recu="aucun échange",
            ou="échanges avec INSi",
        )
    return R_APPEL_POSSIBLE.respectee(
        f"{len(numeros)} appel(s) {circonstance}", ou="échanges avec INSi", echanges=tuple(numeros)
    )


@verification(R_APPEL_ABOUTI)
def appel_insi_abouti(retours: Mapping[int, str], voulu: str, circonstance: str) -> Constat:
    """L'appel a eu le retour que l'identité de test donne : sinon c'est l'appel qu'il faut corriger, pas ce qui suit.

    `retours` : par numéro d'échange, le code retour (`00`, `OK`…) ou la faute, en clair.
    """
    if voulu not in retours.values():
        return R_APPEL_ABOUTI.enfreinte(
            f"INSi n'a pas donné le retour {voulu} {circonstance} : la suite du scénario ne peut pas être jugée",
            attendu=f"retour {voulu}",
            recu=" ; ".join(retours.values()) or "aucune réponse",
            ou="réponse d'INSi",
            echanges=tuple(retours),
        )
    return R_APPEL_ABOUTI.respectee(recu=f"retour {voulu} {circonstance}", ou="réponse d'INSi", echanges=tuple(retours))


@verification(R_DROIT_INSI, R_DROIT_INS, R_DROIT_ACCORDE)
def droit_applique(
    regle: Regle, *, permis: bool, resultat: str, recu: str, quoi: str, echanges: Sequence[int] = ()
) -> Constat:
    """L'action aboutit si elle est permise, et seulement alors ; aucune trace d'elle chez le service sinon."""
    fait = resultat == "fait" or bool(echanges)
    if permis and not fait:
        return regle.enfreinte(
            f"{quoi} : empêché malgré l'habilitation", attendu="accès", recu=recu, ou="habilitations"
        )
    if not permis and fait:
        return regle.enfreinte(
            f"{quoi} : permis sans habilitation",
            attendu="refus",
            recu=recu,
            ou="habilitations",
            echanges=tuple(echanges),
        )
    return regle.respectee(
        f"{quoi} : {'permis' if permis else 'refusé'}", recu=recu, ou="habilitations", echanges=tuple(echanges)
    )


@verification(R_JUSTIFICATIF)
def justificatif_garde(attendu: str, recu: Any) -> Constat:
    """La nature du justificatif relue est celle qui a été renseignée."""
    if recu != attendu:
        return R_JUSTIFICATIF.enfreinte(
            "la nature du justificatif n'est pas gardée", attendu=attendu, recu=repr(recu), ou="fiche du patient"
        )
    return R_JUSTIFICATIF.respectee(f"justificatif {attendu} gardé", recu=attendu, ou="fiche du patient")


@verification(R_JUSTIFICATIFS_PARAMETRES)
def justificatifs_parametres(attendus: Sequence[Mapping[str, Any]], relus: Any) -> Constat:
    """La liste relue porte chaque justificatif avec son niveau de confiance."""
    lus = {
        str(j.get("nature")): bool(j.get("haut_niveau_confiance"))
        for j in (relus if isinstance(relus, list) else [])
        if isinstance(j, Mapping)
    }
    manques = [j for j in attendus if lus.get(str(j["nature"])) is not bool(j["haut_niveau_confiance"])]
    if manques:
        return R_JUSTIFICATIFS_PARAMETRES.enfreinte(
            "la liste des justificatifs paramétrée n'est pas celle relue",
            attendu=str(list(attendus)),
            recu=str(relus),
            ou="paramétrage des justificatifs",
        )
    return R_JUSTIFICATIFS_PARAMETRES.respectee(
        f"{len(attendus)} justificatifs paramétrés avec leur niveau", recu=str(lus), ou="paramétrage des justificatifs"
    )


@verification(R_VALIDATION_MANUELLE)
def validation_manuelle(resultat: str, statut: Any, recu: str) -> Constat:
    """L'action manuelle de validation aboutit."""
    if resultat != "fait" or statut not in ("VALI", "QUAL"):
        return R_VALIDATION_MANUELLE.enfreinte(
            "la validation manuelle n'a pas abouti",
            attendu="identité validée",
            recu=f"{recu}, statut {statut!r}",
            ou="fiche du patient",
        )
    return R_VALIDATION_MANUELLE.respectee("identité validée par une action manuelle", recu=str(statut))


@verification(R_VALIDATION_DESACTIVEE)
def validation_automatique(*, active: bool, statut: Any) -> Constat:
    """Automatisme désactivé : le justificatif seul ne change pas le statut."""
    if not active and statut in ("VALI", "QUAL"):
        return R_VALIDATION_DESACTIVEE.enfreinte(
            "identité validée d'elle-même alors que l'automatisme est désactivé",
            attendu="PROV",
            recu=repr(statut),
            ou="fiche du patient",
        )
    return R_VALIDATION_DESACTIVEE.respectee(
        "l'automatisme désactivé ne valide pas l'identité" if not active else "automatisme actif", recu=str(statut)
    )


@verification(R_ALERTE)
def alerte_prenom(
    alertes: Sequence[str], messages: Sequence[str], *, attendue: bool, comparaisons: Sequence[str] = ()
) -> Constat:
    """Une alerte parle du prénom quand il y a incohérence, et seulement alors.

    Un message n'est une alerte que s'il dit aussi l'écart : « prénom » seul peut venir de la liste des traits repris.
    `comparaisons` : valeurs rendues par INSi que l'écran compare à la saisie ; les montrer n'est pas alerter.
    """
    vus = [texte for texte in alertes if "PRENOM" in comparable(texte)]
    dits = [texte for texte in messages if "PRENOM" in comparable(texte) and texte not in vus]
    fermes = [texte for texte in dits if _ECART.search(comparable(texte))]
    compares = [texte for texte in dits if texte not in fermes and any(valeur in texte for valeur in comparaisons)]
    dits = [texte for texte in dits if texte not in compares]
    recu = " ; ".join([*vus, *dits, *compares]) or "aucune alerte sur le prénom"
    if not vus and ((attendue and dits and not fermes) or (not attendue and fermes)):
        return R_ALERTE.a_regarder(
            "un message parle du prénom : dire s'il alerte d'une incohérence"
            + ("" if attendue else ", alors qu'il n'y en a pas"),
            recu=recu,
            ou="messages à l'utilisateur",
        )
    if bool(vus or fermes) is not attendue:
        return R_ALERTE.enfreinte(
            "alerte sur le premier prénom absente" if attendue else "alerte sur le prénom sans incohérence",
            attendu="une alerte" if attendue else "aucune alerte",
            recu=recu,
            ou="messages à l'utilisateur",
        )
    return R_ALERTE.respectee("alerte montrée" if attendue else "aucune alerte sans incohérence", recu=recu)


@verification(R_ECARTS)
def ecarts_montres(ecarts: Sequence[Mapping[str, Any]], attendus: Mapping[str, tuple[str, str]]) -> Constat:
    """Chaque écart réel est montré avec ses deux valeurs. `attendus` : champ → (local, rendu par INSi)."""
    montres = {str(e.get("champ")): (e.get("local"), e.get("retourne")) for e in ecarts}
    # Le logiciel peut ajouter le libellé d'un code (commune) à sa valeur.
    manquants = [
        champ
        for champ, valeurs in attendus.items()
        if champ not in montres
        or any(
            voulue not in str(montree or "") for voulue, montree in zip(valeurs, montres[champ], strict=True) if voulue
        )
    ]
    if manquants:
        return R_ECARTS.enfreinte(
            f"écart(s) non montrés ou faux : {', '.join(manquants)}",
            attendu=str(dict(attendus)),
            recu=str(montres),
            ou="comparaison des traits",
        )
    return R_ECARTS.respectee(f"{len(attendus)} écart(s) montrés", recu=str(montres), ou="comparaison des traits")


@verification(R_MESSAGE_BLOCAGE)
def blocage_explique(messages: Sequence[str], ordinaires: Sequence[str] = ()) -> Constat:
    """L'utilisateur voit un message qu'il ne voit pas quand tout va bien (`ordinaires`)."""
    connus = {_sans_valeurs(message) for message in ordinaires}
    textes = [message for message in messages if message.strip() and _sans_valeurs(message) not in connus]
    if not textes:
        return R_MESSAGE_BLOCAGE.enfreinte(
            "aucun message ne dit que l'INS n'est pas reprise",
            attendu="un message propre à ce blocage",
            recu=" ; ".join(messages) or "aucun message",
            ou="messages à l'utilisateur",
        )
    return R_MESSAGE_BLOCAGE.respectee("blocage expliqué à l'utilisateur", recu=" ; ".join(textes))


@verification(R_LISTE_TRAVAIL)
def dans_la_liste(elements: Sequence[Mapping[str, Any]], cle: str, valeur: str) -> Constat:
    """La liste de travail porte l'élément voulu (`cle` : patient_id, document_id ou matricule_ins)."""
    if not any(element.get(cle) == valeur for element in elements):
        return R_LISTE_TRAVAIL.enfreinte(
            "élément absent de la liste de travail",
            attendu=f"{cle} = {valeur}",
            recu="; ".join(str(dict(element)) for element in elements[-5:]) or "liste vide",
            ou="liste de travail",
        )
    return R_LISTE_TRAVAIL.respectee(f"{cle} {valeur} dans la liste de travail", ou="liste de travail")


@verification(R_LISTE_TRAVAIL)
def donnee_en_attente(
    elements: Sequence[Mapping[str, Any]], *, matricule: str, document_id: str = "", nom: str = ""
) -> Constat:
    """La liste de travail porte la donnée reçue, désignée par le matricule, le document ou le nom du patient."""
    for element in elements:
        dit = "".join(str(element.get(cle) or "") for cle in ("matricule_ins", "motif"))
        par_document = bool(document_id) and element.get("document_id") == document_id
        if par_document or matricule[:13] in dit.replace(" ", "") or (nom and comparable(nom) in comparable(dit)):
            return R_LISTE_TRAVAIL.respectee(recu=str(dict(element)), ou="liste de travail")
    return R_LISTE_TRAVAIL.enfreinte(
        "donnée reçue absente de la liste de travail",
        attendu=f"matricule {matricule}" + (f" ou document {document_id}" if document_id else ""),
        recu="; ".join(str(dict(element)) for element in elements[-5:]) or "liste vide",
        ou="liste de travail",
    )


@verification(R_MISE_A_JOUR)
def mise_a_jour_apres_ok(matricule: Any, attendu: str) -> Constat:
    """Contrôle positif de la mise à jour : l'INS confirmée est dans la fiche."""
    if matricule != attendu:
        return R_MISE_A_JOUR.enfreinte(
            "l'INS confirmée par INSi n'a pas rejoint la fiche connue : une personne doit montrer la mise à jour",
            attendu=attendu,
            recu=repr(matricule),
            ou="fiche du patient",
        )
    return R_MISE_A_JOUR.respectee(recu=attendu, ou="fiche du patient")


@verification(R_REGLAGE)
def reglage_change(parametre: str, resultat: str, recu: str) -> Constat:
    """L'administrateur a pu changer le réglage ; ce qu'il change est jugé ensuite."""
    if resultat != "fait":
        return R_REGLAGE.enfreinte(
            f"réglage « {parametre} » non changé", attendu="réglage fait", recu=recu, ou="paramétrage"
        )
    return R_REGLAGE.respectee(f"réglage « {parametre} » changé", recu=recu, ou="paramétrage")


def _sans_valeurs(message: str) -> str:
    """Un message sans ses chiffres ni ses noms en capitales : le même pour deux patients."""
    return re.sub(r"\s+", " ", re.sub(r"\d+|\b[A-Z][A-Z' -]+\b", " ", message)).strip()


@verification(R_NON_INTEGRE, R_INTEGRE)
def integration_du_document(
    *, integre: Any, documents: Sequence[str], attendu: bool, messages: Sequence[str], ordinaires: Sequence[str] = ()
) -> Constat:
    """La donnée reçue est au dossier si l'INS est vérifiée, hors du dossier et signalée sinon.

    `ordinaires` : messages vus quand l'INS est vérifiée ; une alerte en diffère.
    """
    present = bool(integre) or bool(documents)
    if attendu:
        if present:
            return R_INTEGRE.respectee("donnée intégrée au dossier", recu=", ".join(documents), ou="dossier du patient")
        return R_INTEGRE.enfreinte(
            "donnée non intégrée alors que l'INS est vérifiée",
            attendu="donnée au dossier",
            recu="dossier vide",
            ou="dossier du patient",
        )
    if present:
        return R_NON_INTEGRE.enfreinte(
            "donnée intégrée d'elle-même malgré le retour KO",
            attendu="donnée hors du dossier",
            recu=", ".join(documents) or "intégrée",
            ou="dossier du patient",
        )
    connus = {_sans_valeurs(message) for message in ordinaires}
    if not any(message.strip() and _sans_valeurs(message) not in connus for message in messages):
        return R_NON_INTEGRE.enfreinte(
            "donnée retenue sans alerter l'utilisateur",
            attendu="une alerte",
            recu=" ; ".join(messages) or "aucun message",
            ou="messages à l'utilisateur",
        )
    return R_NON_INTEGRE.respectee("donnée retenue, utilisateur alerté", recu=" ; ".join(messages))
