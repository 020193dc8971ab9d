"""Actions métier de messagerie : écrire, répondre, lire, intégrer, suivre les envois."""

from __future__ import annotations

from simulators.logiciel_temoin import messagerie_envois
from simulators.logiciel_temoin.base import Document, EnvoiMss
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_envois import Demande
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def _conclure(envoi: EnvoiMss) -> Enveloppe:
    """L'envoi tel que l'utilisateur le voit : en attente n'est pas un échec, il sera repris."""
    resultat = {"envoye": "fait", "en_attente": "fait", "echec": "echec", "bloque": "refuse"}[envoi.etat]
    return Enveloppe(resultat, tuple(messagerie_envois.messages(envoi)), {"envoi": envoi.en_dict()})


def _documents(labo: Labo, p: Parametres, patient_id: str | None) -> tuple[tuple[Document, ...], str | None]:
    """Les documents choisis, tous du même patient : un courriel ne concerne qu'un usager."""
    choisis = tuple(labo.base.document(d) for d in p.textes_ou_rien("documents") or ())
    patients = {document.patient_id for document in choisis} | ({patient_id} if patient_id else set())
    if len(patients) > 1:
        raise Refus("Un courriel ne concerne qu'un seul patient : ces documents sont de plusieurs dossiers.")
    for document in choisis:
        if document.supprime:
            raise Refus(f"Le document {document.document_id} a été supprimé.")
    return choisis, next(iter(patients), None)


@action("envoyer_courriel")
def envoyer_courriel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    messagerie_envois.reprendre(labo, utilisateur)
    bal = labo.postes.bal(p.texte("expediteur"))
    documents, patient_id = _documents(labo, p, p.texte_ou_rien("patient_id"))
    destinataires = tuple(p.textes_ou_rien("destinataires") or ())
    a_usager = p.booleen("a_usager", False)
    demande = Demande(
        bal=bal,
        canal="patient" if a_usager else "professionnel",
        objet=p.texte("objet"),
        corps=p.texte("corps"),
        destinataires=destinataires,
        copies=tuple(p.textes_ou_rien("copies") or ()),
        copies_cachees=tuple(p.textes_ou_rien("copies_cachees") or ()),
        mise_en_forme=p.booleen("mise_en_forme", False),
        patient_id=patient_id,
        documents=documents,
        accuse_distribution=p.booleen("accuse_distribution", False),
        accuse_lecture=p.booleen("accuse_lecture", False),
        sans_reponse=p.booleen("sans_reponse", False),
    )
    return _conclure(messagerie_envois.envoyer(labo, utilisateur, demande))
