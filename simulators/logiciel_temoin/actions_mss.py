"""Actions métier de messagerie : écrire, envoyer, suivre, lire, répondre, intégrer."""

from __future__ import annotations

from simulators.logiciel_temoin import (
    messagerie_accuse_rendu,
    messagerie_autoconfiguration,
    messagerie_conduite,
    messagerie_envois,
    messagerie_reception,
    plateforme_relais,
    plateforme_remise,
)
from simulators.logiciel_temoin.actions_documents import montrer as montrer_document
from simulators.logiciel_temoin.base import Document, EnvoiMss
from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, Refus, fait
from simulators.logiciel_temoin.identite import QUAL, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import est_adresse, est_usager
from simulators.logiciel_temoin.messagerie_demande import Demande
from simulators.logiciel_temoin.messagerie_envois import canal_de
from simulators.logiciel_temoin.messagerie_lecture import objet_affiche
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur

_RESULTATS = {"envoye": "fait", "en_attente": "fait", "echec": "echec", "bloque": "refuse"}


def _conclure(labo: Labo, envoi: EnvoiMss) -> Enveloppe:
    """L'envoi tel que l'utilisateur le voit ; en attente n'est pas un échec, il sera repris."""
    muet = envoi.etat == "bloque" and labo.defaut("mss_blocage_muet")
    messages = () if muet else tuple(messagerie_envois.messages(envoi))
    return Enveloppe(_RESULTATS[envoi.etat], messages, {"envoi": envoi.en_dict()})


def _conclure_tous(labo: Labo, faits: list[EnvoiMss], vide: str) -> Enveloppe:
    """Plusieurs envois : `fait` dès que l'un est parti ou en attente."""
    etats = [envoi.etat for envoi in faits]
    resultat = next((_RESULTATS[e] for e in ("envoye", "en_attente", "echec", "bloque") if e in etats), "refuse")
    muet = "bloque" in etats and labo.defaut("mss_blocage_muet")
    messages = [] if muet else [m for envoi in faits for m in messagerie_envois.messages(envoi)] or [vide]
    return Enveloppe(resultat, tuple(messages), {"envois": [envoi.en_dict() for envoi in faits]})


def _sa_bal(labo: Labo, utilisateur: Utilisateur, adresse: str) -> Bal:
    """La BAL demandée ; une personne connectée par Pro Santé Connect n'ouvre pas la BAL personnelle d'une autre."""
    bal = labo.postes.bal(adresse)
    if utilisateur.session_psc is not None and bal.rpps and bal.rpps != utilisateur.session_psc.identite.rpps:
        raise Refus(f"La BAL {bal.adresse} est celle d'une autre personne.")
    return bal


def _documents(labo: Labo, p: Parametres, patient_id: str | None) -> tuple[tuple[Document, ...], str | None]:
    """Les documents choisis, tous du même patient : un courriel ne concerne qu'un usager (ECO.2.1.1)."""
    choisis = tuple(labo.base.document(d) for d in p.textes_ou_rien("documents") or ())
    patients = {document.patient_id for document in choisis} | ({patient_id} if patient_id else set())
    if len(patients) > 1:
        raise Refus("Un courriel ne concerne qu'un seul patient : ces documents sont de plusieurs dossiers.")
    return choisis, next(iter(patients), None)


@action("envoyer_courriel")
def envoyer_courriel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    bal = _sa_bal(labo, utilisateur, p.texte("expediteur"))
    messagerie_envois.reprendre(labo, utilisateur)
    documents, patient_id = _documents(labo, p, p.texte_ou_rien("patient_id"))
    patient = labo.base.patient(patient_id) if patient_id else None
    destinataires = [adresse.strip() for adresse in p.textes_ou_rien("destinataires") or ()]
    copies = tuple(adresse.strip() for adresse in p.textes_ou_rien("copies") or ())
    cachees = tuple(adresse.strip() for adresse in p.textes_ou_rien("copies_cachees") or ())
    a_usager = p.booleen("a_usager", False)
    demande = Demande(
        bal=bal,
        canal="patient" if a_usager else "professionnel",
        objet=p.texte("objet"),
        corps=p.texte("corps"),
        destinataires=tuple(destinataires),
        copies=copies,
        copies_cachees=cachees,
        mise_en_forme=p.booleen("mise_en_forme", False),
        patient_id=patient_id,
        documents=documents,
        accuse_distribution=p.booleen("accuse_distribution", False),
        accuse_lecture=p.booleen("accuse_lecture", False),
        sans_reponse=p.booleen("sans_reponse", False),
    )
    _refuser_saisie(labo, [*destinataires, *copies, *cachees])
    if a_usager:
        return _conclure(labo, _a_l_usager(labo, utilisateur, demande, patient))
    if not (destinataires or copies or cachees):
        raise Refus("Choisissez au moins un destinataire.")
    if patient is not None and documents and messagerie_conduite.opposition(labo, patient, "professionnel"):
        motif = "le patient a refusé l'envoi par MSSanté aux professionnels"
        return _conclure(labo, messagerie_envois.bloquer(labo, utilisateur, demande, motif))
    return _conclure(labo, messagerie_envois.envoyer(labo, utilisateur, demande))


def _refuser_saisie(labo: Labo, adresses: list[str]) -> None:
    """L'adresse d'un usager ne se saisit pas : elle vient de son dossier (ECO.3.1.5)."""
    for adresse in adresses:
        if est_usager(adresse) and not labo.defaut("mss_adresse_saisie"):
            raise Refus(f"{adresse} est l'adresse d'un usager : écrivez-lui depuis son dossier.")
        if not est_adresse(adresse.strip()):
            raise Refus(f"{adresse} n'est pas une adresse de messagerie.")


def _a_l_usager(labo: Labo, utilisateur: Utilisateur, demande: Demande, patient: Patient | None) -> EnvoiMss:
    if patient is None:
        raise Refus("Choisissez d'abord le dossier du patient à qui écrire.")
    adresse, motif = messagerie_conduite.usager(labo, patient)
    if motif:
        return messagerie_envois.bloquer(labo, utilisateur, demande, motif)
    return messagerie_envois.envoyer(labo, utilisateur, demande.pour(adresse, *demande.destinataires))


@action("envoyer_compte_rendu")
def envoyer_compte_rendu(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    patient = labo.base.patient(p.texte("patient_id"))
    document = labo.base.document(p.texte("document_id"))
    canal = p.choix("canal", messagerie_conduite.CANAUX)
    if document.patient_id != patient.patient_id:
        raise Refus("Ce document n'est pas au dossier de ce patient.")
    messagerie_envois.reprendre(labo, utilisateur)
    if labo.defaut("mss_envoi_manuel_sans_effet"):
        return fait("Compte rendu envoyé.", envois=[])
    faits = messagerie_conduite.envoyer(labo, utilisateur, patient, document, canal)
    return _conclure_tous(labo, faits, "Le dossier n'a pas de correspondant doté d'une BAL MSSanté.")


@action("lister_envois")
def lister_envois(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    patient_id = p.texte_ou_rien("patient_id")
    messagerie_envois.reprendre(labo, utilisateur)
    retenus = [e for e in list(labo.base.envois_mss.values()) if patient_id in (None, e.patient_id)]
    # Les accusés arrivent dans la BAL d'émission : on la relève avant de montrer où en sont les envois.
    attendus = {e.expediteur for e in retenus if e.etat == "envoye" and not e.lu}
    for adresse in sorted(attendus):
        try:
            messagerie_reception.relever(labo, utilisateur, adresse)
        except Echec:
            continue
    return fait(envois=[envoi.en_dict() for envoi in retenus])


@action("configurer_boite")
def configurer_boite(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    bal = _sa_bal(labo, utilisateur, p.texte("adresse"))
    messagerie_autoconfiguration.configurer(labo, bal)
    return fait(f"La BAL {bal.adresse} est configurée.", configuree=True)


@action("relever_boite")
def relever_boite(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    messagerie_envois.reprendre(labo, utilisateur)
    recus = messagerie_reception.relever(labo, utilisateur, _sa_bal(labo, utilisateur, p.texte("adresse")).adresse)
    if labo.type_logiciel == "PFI":
        plateforme_remise.remettre(labo, recus)
        plateforme_relais.rendre_les_lectures(labo)
    return fait(f"{len(recus)} courriel(s).", courriels=[messagerie_reception.montrer(labo, recu) for recu in recus])


@action("lire_courriel")
def lire_courriel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    recu = messagerie_reception.courriel(labo, p.texte("courriel_id"))
    messagerie_reception.marquer_lu(labo, utilisateur, recu)
    return fait(courriel=messagerie_reception.montrer(labo, recu))


@action("accuser_lecture_courriel")
def accuser_lecture_courriel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    recu = messagerie_reception.courriel(labo, p.texte("courriel_id"))
    return fait(messagerie_accuse_rendu.rendre(labo, utilisateur, recu))


@action("repondre_courriel")
def repondre_courriel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    recu = messagerie_reception.courriel(labo, p.texte("courriel_id"))
    messagerie_envois.reprendre(labo, utilisateur)
    contenu = recu.contenu
    if contenu.origine == "systeme" or not contenu.repondre_a:
        raise Refus("Ce message automatique n'attend pas de réponse.")
    patient = messagerie_reception.patient_de(labo, contenu)
    canal = canal_de(contenu.repondre_a)
    objet = objet_affiche(contenu.objet)
    demande = Demande(
        bal=labo.postes.bal(recu.bal),
        canal=canal,
        objet=objet if objet.lower().startswith("re:") else f"Re: {objet}".strip(),
        corps=p.texte("corps"),
        destinataires=(recu.bal if labo.defaut("mss_reponse_a_soi") else contenu.repondre_a,),
        patient_id=patient.patient_id if patient else None,
        parent=contenu.message_id or "",
        ancetres=tuple(r for r in (contenu.references or contenu.liens) if r != contenu.message_id),
    )
    motif = _refus_de_reponse(labo, patient) if canal == "patient" else ""
    if motif:
        return _conclure(labo, messagerie_envois.bloquer(labo, utilisateur, demande, motif))
    return _conclure(labo, messagerie_envois.envoyer(labo, utilisateur, demande))


def _refus_de_reponse(labo: Labo, patient: Patient | None) -> str:
    """Répondre à un usager que le logiciel connaît suit les règles de l'envoi à ce patient."""
    if patient is None:
        return ""
    if messagerie_conduite.opposition(labo, patient, "patient"):
        return "le patient a refusé l'envoi par MSSanté"
    if patient.statut != QUAL and not labo.defaut("mss_envoi_sans_ins_qualifiee"):
        return "l'INS du patient n'est pas qualifiée"
    return ""


@action("integrer_courriel")
def integrer_courriel(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    recu = messagerie_reception.courriel(labo, p.texte("courriel_id"))
    patient, documents = messagerie_reception.integrer(labo, utilisateur, recu)
    return fait(
        f"{len(documents)} document(s) au dossier de {patient.trait('nom_naissance')}.",
        patient_id=patient.patient_id,
        documents=[montrer_document(labo, document) for document in documents],
    )


@action("enregistrer_opposition_mss")
def enregistrer_opposition_mss(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    canal, refus = p.choix("canal", messagerie_conduite.CANAUX), p.booleen("opposition")
    with labo.base.verrou:
        oppositions = labo.base.oppositions_mss.setdefault(patient.patient_id, set())
        if refus:
            oppositions.add(canal)
        elif not labo.defaut("mss_opposition_definitive"):
            oppositions.discard(canal)
        enregistree = canal in oppositions
    labo.traces.ajouter(
        "mssante",
        utilisateur.compte,
        "opposition" if refus else "levée d'opposition",
        patient.patient_id,
        operation="opposition",
        canal=canal,
    )
    return fait("Choix du patient enregistré.", opposition=enregistree)


@action("supprimer_compte_rendu")
def supprimer_compte_rendu(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_professionnel()
    patient = labo.base.patient(p.texte("patient_id"))
    document = labo.base.document(p.texte("document_id"))
    messagerie_envois.reprendre(labo, utilisateur)
    faits = messagerie_conduite.supprimer(labo, utilisateur, patient, document)
    messages = ["Compte rendu supprimé.", *(m for envoi in faits for m in messagerie_envois.messages(envoi))]
    return fait(*messages, document=montrer_document(labo, document), envois=[envoi.en_dict() for envoi in faits])
