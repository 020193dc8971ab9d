"""Actions métier d'un séjour : saisies des équipes, documents de sortie préparés, liste des documents en attente."""

from __future__ import annotations

from datetime import date
from typing import Any

from simulators.logiciel_temoin import complements, comptes_rendus_attente, dossier_soins
from simulators.logiciel_temoin.actions_documents import apres_validation
from simulators.logiciel_temoin.alertes import PriseEnCharge
from simulators.logiciel_temoin.erreurs import Enveloppe, ParametreInvalide, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.soins_modele import RUBRIQUES, STATUTS
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("saisir_elements_sejour", "DPI")
def saisir_elements_sejour(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    elements = [_element(brut) for brut in p.liste("elements")]
    return fait("Éléments du séjour saisis.", elements=labo.soins.saisir(patient.patient_id, elements))


def _element(brut: Any) -> tuple[str, str]:
    if not isinstance(brut, dict) or brut.get("rubrique") not in RUBRIQUES or not brut.get("texte"):
        raise ParametreInvalide(f"rubrique (l'une de {', '.join(RUBRIQUES)}) et texte attendus")
    return str(brut["rubrique"]), str(brut["texte"])


@action("preparer_document", "DPI")
def preparer_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    utilisateur.exiger_professionnel()
    nature = (p.texte("type_code"), p.texte("type_libelle"), p.texte("titre"))
    patient = labo.base.patient(p.texte("patient_id"))
    prepare = dossier_soins.preparer(labo, utilisateur, patient, nature, p.texte_ou_vide("service"))
    return fait("Document préparé : rien n'est transmis.", **dossier_soins.montrer(labo, prepare))


@action("lire_document_prepare", "DPI")
def lire_document_prepare(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    return fait(**dossier_soins.montrer(labo, labo.soins.prepare(p.texte("document_id"))))


@action("modifier_document_prepare", "DPI")
def modifier_document_prepare(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    prepare = labo.soins.prepare(p.texte("document_id"))
    sections = {str(s["titre"]): str(s["texte"]) for s in p.liste_ou_vide("sections")}
    bruts = p.liste("destinataires") if p.textes_ou_rien("destinataires") is not None else None
    destinataires = None if bruts is None else tuple(complements.exiger(brut) for brut in bruts)
    statut = p.choix("statut", STATUTS) if p.texte_ou_rien("statut") else None
    dossier_soins.modifier(labo, prepare, sections, destinataires, statut)
    return fait("Modifications enregistrées.", **dossier_soins.montrer(labo, prepare))


@action("valider_document_prepare", "DPI")
def valider_document_prepare(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    prepare = labo.soins.prepare(p.texte("document_id"))
    document = dossier_soins.valider(labo, utilisateur, prepare)
    return apres_validation(labo, utilisateur, labo.base.patient(prepare.patient_id), document, bloquer=False)


@action("lister_documents_a_valider", "DPI", "RIS")
def lister_documents_a_valider(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    statut = p.choix("statut", STATUTS) if p.texte_ou_rien("statut") else None
    compte, service = p.texte_ou_rien("professionnel"), p.texte_ou_rien("service")
    liste = dossier_soins.en_attente(labo, compte, service, statut)
    periode = (_jour(p.texte_ou_rien("du")), _jour(p.texte_ou_rien("au")))
    revus = [] if compte or service or statut else comptes_rendus_attente.revoir(labo, *periode)
    return fait(
        documents=[
            {
                "document_id": prepare.document_id,
                "titre": prepare.nature[2],
                "patient_id": prepare.patient_id,
                "statut": prepare.statut,
                "professionnel": prepare.auteur,
                "service": prepare.service,
            }
            for prepare in liste
        ]
        + revus
    )


def _jour(texte: str | None) -> date | None:
    try:
        return date.fromisoformat(texte) if texte else None
    except ValueError as erreur:
        raise ParametreInvalide(f"jour AAAA-MM-JJ attendu : {texte!r}") from erreur


@action("prendre_en_charge", "DPI")
def prendre_en_charge(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    equipe = tuple(str(compte) for compte in p.liste("equipe"))
    labo.soins.prises_en_charge[patient.patient_id] = PriseEnCharge(
        p.texte("service"), equipe, p.booleen("sortie", False)
    )
    return fait("Prise en charge enregistrée.")


@action("lire_alertes", "DPI", "RIS")
def lire_alertes(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    resultats = [a.en_dict() for a in labo.soins.alertes if utilisateur.compte in a.comptes]
    return fait(alertes=resultats + comptes_rendus_attente.notifications(labo))
