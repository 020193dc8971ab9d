"""Ce que le laboratoire envoie, à qui et quand : validation, envoi à la main, oppositions, suppression."""

from __future__ import annotations

from dataclasses import replace

from simulators.logiciel_temoin import messagerie_envois as envois
from simulators.logiciel_temoin.base import Correspondant, Document, EnvoiMss
from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.horloge import PARIS
from simulators.logiciel_temoin.identite import QUAL, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import DOMAINE_USAGERS, adresse_usager
from simulators.logiciel_temoin.messagerie_demande import Demande, joindre
from simulators.logiciel_temoin.utilisateurs import Utilisateur

CANAUX = ("patient", "professionnel")
_TEXTES = {
    "patient": "Bonjour,\n\n{structure} vous transmet votre document : {quoi}.",
    "professionnel": "Bonjour,\n\nVeuillez trouver ci-joint ce document de votre patient : {quoi}.",
}


def opposition(labo: Labo, patient: Patient, canal: str) -> bool:
    """Le patient refuse-t-il cet envoi ?"""
    refus = labo.base.oppositions_mss.get(patient.patient_id, set())
    if labo.defaut(f"mss_opposition_{canal}_ignoree"):
        return False
    if canal == "professionnel" and "patient" in refus and labo.defaut("mss_opposition_des_deux"):
        return True
    return canal in refus


def usager(labo: Labo, patient: Patient) -> tuple[str, str]:
    """(adresse, motif de blocage) : l'adresse se construit sur une INS qualifiée, ou pas du tout (ECO.2.2.6)."""
    if opposition(labo, patient, "patient"):
        return "", "le patient a refusé l'envoi par MSSanté"
    adresse = adresse_usager(patient)
    if patient.statut == QUAL and adresse:
        return _adresse_ecrite(labo, patient, adresse), ""
    if labo.defaut("mss_envoi_sans_ins_qualifiee"):
        return adresse or f"{patient.patient_id}@{DOMAINE_USAGERS}", ""
    return "", "l'INS du patient n'est pas qualifiée : il n'a pas d'adresse MSSanté"


def usager_du_document(labo: Labo, patient: Patient, document: Document) -> tuple[str, str]:
    """Comme `usager` ; un compte rendu qui lui est invisible dans le DMP ne lui est pas envoyé non plus."""
    invisible = "INVISIBLE_PATIENT" in document.complements.confidentialite
    if invisible and not labo.defaut("annonce_envoyee_au_patient"):
        return "", "ce compte rendu n'est pas visible du patient"
    return usager(labo, patient)


def _adresse_ecrite(labo: Labo, patient: Patient, adresse: str) -> str:
    if labo.defaut("mss_usager_sans_cle"):
        return f"{(patient.matricule or '')[:13]}@{DOMAINE_USAGERS}"
    if labo.defaut("mss_usager_d_un_autre"):
        autres = [a for p in list(labo.base.patients.values()) if p is not patient and (a := adresse_usager(p))]
        return autres[0] if autres else adresse
    return adresse


def joignables(labo: Labo, patient: Patient) -> list[Correspondant]:
    """Les correspondants du dossier qui ont une BAL."""
    avec_bal = [c for c in labo.base.correspondants.get(patient.patient_id, []) if c.adresse_mss]
    return avec_bal[:1] if labo.defaut("mss_second_correspondant_oublie") else avec_bal


# -- compte rendu --------------------------------------------------------------------------------------------------


def apres_validation(labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document) -> list[str]:
    """Envois que la validation déclenche, selon le réglage ; un compte rendu partiel ne part qu'à la main."""
    if labo.environnement.mssante is None:
        return []
    envois.reprendre(labo, utilisateur)
    if document.statut_cr == "partiel" and not labo.defaut("mss_partiel_automatique"):
        return []
    acheve = document.precedent is not None and labo.base.document(document.precedent).statut_cr == "partiel"
    if acheve and labo.defaut("mss_complet_non_envoye"):
        return []
    reglage = labo.reglages.lire("envoi_automatique_mss")
    faits: list[EnvoiMss] = []
    if reglage["patient"] and not labo.defaut("mss_patient_oublie"):
        faits += envoyer(labo, utilisateur, patient, document, "patient")
    if reglage["correspondants"] and not labo.defaut("mss_correspondants_oublies"):
        faits += envoyer(labo, utilisateur, patient, document, "professionnel")
    if any(e.etat in ("echec", "en_attente") for e in faits) and labo.defaut("mss_echec_bloque_validation"):
        raise Echec("La validation a échoué.")
    return [message for envoi in faits for message in envois.messages(envoi)]


def apres_reception(labo: Labo, utilisateur: Utilisateur, document: Document) -> list[str]:
    """En cabinet, le document reçu part au patient, si le réglage le veut."""
    if labo.type_logiciel != "LGC" or not labo.reglages.lire("envoi_automatique_mss")["patient"]:
        return []
    patient = labo.base.patient(document.patient_id)
    faits = envoyer(labo, utilisateur, patient, document, "patient")
    return [message for envoi in faits for message in envois.messages(envoi)]


def apres_annonce(labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document) -> list[str]:
    """L'envoi au patient que le besoin d'annonce retenait, si le réglage veut qu'il parte seul."""
    if labo.environnement.mssante is None or not labo.reglages.lire("envoi_automatique_mss")["patient"]:
        return []
    faits = envoyer(labo, utilisateur, patient, document, "patient")
    return [message for envoi in faits for message in envois.messages(envoi)]


def envoyer(labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document, canal: str) -> list[EnvoiMss]:
    """Un courriel par destinataire, depuis la BAL applicative ; un envoi bloqué garde son motif."""
    if document.recu and canal == "patient" and labo.defaut("mss_recu_jamais_envoye"):
        return []
    demande = Demande(
        bal=_boite(labo, document),
        canal=canal,
        objet=document.titre,
        corps=_texte(labo, document, canal),
        destinataires=(),
        patient_id=patient.patient_id,
        documents=(document,),
        accuse_distribution=True,
        accuse_lecture=True,
    )
    adresses, motif = _destinataires(labo, patient, document, canal)
    if motif:
        return [envois.bloquer(labo, utilisateur, demande.pour(*adresses), motif)]
    if not adresses:
        return []
    demande = replace(demande, jointes=joindre(labo, demande))
    return [envois.envoyer(labo, utilisateur, demande.pour(adresse)) for adresse in adresses]


def _boite(labo: Labo, document: Document) -> Bal:
    if not document.analyses and labo.defaut("mss_automatique_d_une_autre_boite"):
        return next(bal for bal in labo.environnement.bals if bal.type == "PER")
    return labo.postes.bal_applicative()


def _destinataires(labo: Labo, patient: Patient, document: Document, canal: str) -> tuple[list[str], str]:
    """(adresses, motif de blocage)."""
    if canal == "patient":
        adresse, motif = usager_du_document(labo, patient, document)
        return ([adresse] if adresse else []), motif
    adresses = [str(c.adresse_mss) for c in joignables(labo, patient)]
    if opposition(labo, patient, "professionnel"):
        return adresses, "le patient a refusé l'envoi par MSSanté aux professionnels"
    return list(dict.fromkeys(adresses)), ""


def _texte(labo: Labo, document: Document, canal: str) -> str:
    structure, quoi = labo.environnement.structure.nom, document.type_libelle or document.titre
    blocs = [_TEXTES[canal].format(structure=structure, quoi=quoi)]
    if document.statut_cr == "partiel":
        blocs.append("Ce compte rendu est partiel : il sera complété.")
    if document.mention:
        blocs.append(document.mention)
    return "\n\n".join(blocs)


# -- suppression ---------------------------------------------------------------------------------------------------


def supprimer(labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document) -> list[EnvoiMss]:
    """Retire le compte rendu du dossier et prévient, un par un, ceux qui l'ont reçu."""
    if document.patient_id != patient.patient_id or document.origine != "valide":
        raise Refus("Ce document n'est pas un compte rendu de ce patient.")
    if document.supprime:
        raise Refus("Ce compte rendu est déjà supprimé.")
    document.supprime = document.bloque = True
    if labo.defaut("mss_suppression_non_annoncee"):
        return []
    faits = []
    touches = _touches(labo, document)[: 1 if labo.defaut("mss_suppression_a_un_seul") else None]
    if touches and labo.defaut("mss_suppression_a_tous"):
        connus = {str(c.adresse_mss) for dossier in labo.base.correspondants.values() for c in dossier if c.adresse_mss}
        touches += [(touches[0][0], adresse) for adresse in sorted(connus - {adresse for _, adresse in touches})]
    for precedent, adresse in touches:
        demande = Demande(
            bal=labo.postes.bal(precedent.expediteur),
            canal=precedent.canal,
            objet="Suppression d'un compte rendu",
            corps=_avis_de_suppression(labo, patient, document),
            destinataires=(adresse,),
            patient_id=patient.patient_id,
            accuse_distribution=True,
        )
        if opposition(labo, patient, precedent.canal):
            faits.append(envois.bloquer(labo, utilisateur, demande, "le patient a refusé l'envoi par MSSanté"))
        else:
            faits.append(envois.envoyer(labo, utilisateur, demande))
    return faits


def _touches(labo: Labo, document: Document) -> list[tuple[EnvoiMss, str]]:
    """(envoi, adresse) de chaque destinataire à qui le compte rendu est parti, une fois chacun."""
    trouves: dict[str, EnvoiMss] = {}
    for envoi in list(labo.base.envois_mss.values()):
        if document.document_id in envoi.documents:
            for destinataire in envoi.destinataires:
                if destinataire.etat == "envoye":
                    trouves.setdefault(destinataire.adresse, envoi)
    return [(envoi, adresse) for adresse, envoi in trouves.items()]


def _avis_de_suppression(labo: Labo, patient: Patient, document: Document) -> str:
    texte = labo.reglages.lire("message_suppression")
    if labo.defaut("mss_suppression_texte_fige"):
        texte = "Un compte rendu a été supprimé."
    jour = document.date_acte.astimezone(PARIS).strftime("%d/%m/%Y")
    nom = f"{patient.trait('nom_naissance')} {patient.trait('premier_prenom_naissance')}"
    return f"Bonjour,\n\n{texte}\n\n{document.titre} du {jour}, version {document.version}, {nom}."
