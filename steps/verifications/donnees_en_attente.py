"""Règles sur une donnée dont l'INS n'est pas vérifiée : liste de travail, attente, intégration, reprise de l'INS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.alertes import sans_valeurs
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

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
    connus = {sans_valeurs(message) for message in ordinaires}
    if not any(message.strip() and sans_valeurs(message) not in connus for message in messages):
        return R_NON_INTEGRE.enfreinte(
            "donnée retenue sans alerter l'utilisateur",
            attendu="une alerte",
            recu=" ; ".join(messages) or "aucun message",
            ou="messages à l'utilisateur",
        )
    return R_NON_INTEGRE.respectee("donnée retenue, utilisateur alerté", recu=" ; ".join(messages))
