"""Les envois : préparer, confier à l'opérateur, suivre ; reprendre ce qui a été refusé pour un temps."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace

from simulators.logiciel_temoin import messagerie_noms
from simulators.logiciel_temoin.base import Destinataire, EnvoiMss
from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import est_usager
from simulators.logiciel_temoin.messagerie_composition import Courriel, composer
from simulators.logiciel_temoin.messagerie_connexion import TRACE, ErreurConnexion
from simulators.logiciel_temoin.messagerie_demande import Demande, adresse_de_retour, joindre
from simulators.logiciel_temoin.messagerie_reponses import Issue, Reponse
from simulators.logiciel_temoin.utilisateurs import Utilisateur

ESSAIS_MAX = 5
TAILLE_MAX_USAGER = 25 * 1000 * 1000
"""Mon espace santé renvoie ce qui dépasse 25 Mo."""

_REUSSIE = re.compile(r"[23]\d\d|OK|connecté")


def traceur(labo: Labo, utilisateur: Utilisateur, bal: Bal, patient_id: str | None, message_id: str | None) -> TRACE:
    """Écrit au journal de traces chaque demande faite à l'opérateur et sa réponse, jamais le contenu du message."""

    def tracer(operation: str, demande: str, reponse: str) -> None:
        if not _REUSSIE.match(reponse) and labo.defaut("mss_trace_echecs_absents"):
            return
        labo.traces.ajouter(
            "mssante",
            utilisateur.compte,
            operation,
            patient_id,
            bal=bal.adresse,
            operation=operation,
            demande=demande,
            reponse=reponse,
            message_id=message_id,
        )

    return tracer


def envoyer(labo: Labo, utilisateur: Utilisateur, demande: Demande) -> EnvoiMss:
    """Compose, enregistre et tente l'envoi ; l'état dit ce qu'il en est."""
    if labo.defaut("mss_emission_par_une_autre_bal"):
        demande = replace(demande, bal=_autre_bal(labo, demande.bal))
    envoi = preparer(labo, utilisateur, demande)
    envoi.en_cours = True
    with labo.base.verrou:
        labo.base.envois_mss[envoi.envoi_id] = envoi
    octets = envoi.octets
    _confier(labo, utilisateur, envoi)
    if labo.defaut("mss_trace_contenu"):
        traceur(labo, utilisateur, demande.bal, envoi.patient_id, envoi.message_id)("envoi", demande.corps, "250")
    for _ in range(4 if labo.defaut("mss_reessai_en_boucle") else 0):
        tenter(labo, utilisateur, envoi)
    if labo.defaut("mss_envoi_double") or (labo.defaut("mss_refus_renvoye") and envoi.etat == "echec"):
        tenter(labo, utilisateur, replace(envoi, octets=octets, destinataires=_neufs(envoi)))
    return envoi


def _autre_bal(labo: Labo, bal: Bal) -> Bal:
    return next((autre for autre in labo.environnement.bals if autre.adresse != bal.adresse), bal)


def _neufs(envoi: EnvoiMss) -> list[Destinataire]:
    return [Destinataire(destinataire.adresse) for destinataire in envoi.destinataires]


def bloquer(labo: Labo, utilisateur: Utilisateur, demande: Demande, motif: str) -> EnvoiMss:
    """Garde la mémoire d'un envoi qu'une règle a empêché : rien ne part."""
    envoi = EnvoiMss(
        envoi_id=labo.base.numero("E"),
        canal=demande.canal,
        expediteur=demande.bal.adresse,
        destinataires=[Destinataire(a, "bloque", motif) for a in demande.destinataires],
        objet=demande.objet,
        date=maintenant(),
        auteur=utilisateur.compte,
        patient_id=demande.patient_id,
        documents=tuple(d.document_id for d in demande.documents),
        motif=motif,
    )
    with labo.base.verrou:
        labo.base.envois_mss[envoi.envoi_id] = envoi
    return envoi


def preparer(labo: Labo, utilisateur: Utilisateur, demande: Demande) -> EnvoiMss:
    """Le message composé, prêt à partir."""
    jointes = demande.jointes or joindre(labo, demande)
    objet = messagerie_noms.objet(labo, jointes.entetes) if jointes else " ".join(demande.objet.split())
    message_id = identifiant_message(labo, demande.bal.domaine)
    courriel = Courriel(
        bal=demande.bal,
        canal=demande.canal,
        objet=objet,
        corps=demande.corps,
        message_id=message_id,
        date=maintenant(),
        destinataires=demande.destinataires,
        copies=demande.copies,
        copies_cachees=demande.copies_cachees,
        mise_en_forme=demande.mise_en_forme,
        retour=adresse_de_retour(labo, demande.bal, demande.canal),
        documents=jointes,
        accuse_distribution=demande.accuse_distribution,
        accuse_lecture=demande.accuse_lecture,
        sans_reponse=demande.sans_reponse,
        parent=demande.parent,
        ancetres=demande.ancetres,
    )
    adresses = dict.fromkeys(a.strip() for a in (*demande.destinataires, *demande.copies, *demande.copies_cachees))
    return EnvoiMss(
        envoi_id=labo.base.numero("E"),
        canal=demande.canal,
        expediteur=demande.bal.adresse,
        destinataires=[Destinataire(a) for a in adresses],
        objet=objet,
        date=courriel.date,
        auteur=utilisateur.compte,
        message_id=message_id,
        patient_id=demande.patient_id,
        documents=tuple(d.document_id for d in demande.documents),
        octets=composer(labo, courriel),
        accuse_distribution=demande.accuse_distribution,
        accuse_lecture=demande.accuse_lecture,
    )


# -- tentative -----------------------------------------------------------------------------------------------------


def tenter(labo: Labo, utilisateur: Utilisateur, envoi: EnvoiMss) -> None:
    """Un essai, pour les destinataires en attente ; jamais plus d'un par appel, jamais deux à la fois."""
    with labo.base.verrou:
        if envoi.en_cours:
            return
        envoi.en_cours = True
    _confier(labo, utilisateur, envoi)


def _confier(labo: Labo, utilisateur: Utilisateur, envoi: EnvoiMss) -> None:
    """L'essai lui-même ; celui qui appelle a pris l'envoi (`en_cours`)."""
    try:
        attente = [d for d in envoi.destinataires if d.etat == "en_attente"]
        if attente and envoi.essais < ESSAIS_MAX:
            envoi.essais += 1
            _presenter(labo, utilisateur, envoi, attente)
    finally:
        envoi.en_cours = False


def _presenter(labo: Labo, utilisateur: Utilisateur, envoi: EnvoiMss, attente: list[Destinataire]) -> None:
    bal = labo.postes.bal(envoi.expediteur)
    tracer = traceur(labo, utilisateur, bal, envoi.patient_id, envoi.message_id)
    if envoi.canal == "patient" and len(envoi.octets) > TAILLE_MAX_USAGER:
        _noter(attente, "echec", "le message dépasse les 25 Mo que Mon espace santé admet")
        return
    try:
        issue = labo.postes.smtp(bal).envoyer(
            envoi.octets, [d.adresse for d in attente], tracer, accuse=envoi.accuse_distribution
        )
    except ErreurConnexion as erreur:
        dernier = erreur.definitive or envoi.essais >= ESSAIS_MAX
        _noter(attente, "echec" if dernier else "en_attente", str(erreur))
        return
    _conclure(labo, envoi, attente, issue)


def _conclure(labo: Labo, envoi: EnvoiMss, attente: Sequence[Destinataire], issue: Issue) -> None:
    dernier = envoi.essais >= ESSAIS_MAX or labo.defaut("mss_reessai_absent")
    for destinataire in attente:
        reponse = issue.reponses[destinataire.adresse]
        destinataire.etat, destinataire.detail = _etat(reponse, issue, dernier=dernier)
        if destinataire.etat == "echec" and labo.defaut("mss_refus_pris_pour_envoi"):
            destinataire.etat, destinataire.detail = "envoye", None
    if all(d.etat != "en_attente" for d in envoi.destinataires):
        envoi.octets = b""


def _etat(reponse: Reponse, issue: Issue, *, dernier: bool) -> tuple[str, str | None]:
    if reponse.acceptee:
        return "envoye", None
    if issue.incertaine and reponse.code == 0:
        # Le renvoyer de soi-même pourrait le faire arriver deux fois.
        return "echec", "l'opérateur n'a pas répondu : le message est peut-être parti, vérifiez avant de le renvoyer"
    if reponse.temporaire and not dernier:
        return "en_attente", f"l'opérateur demande de réessayer : {reponse}"
    return "echec", f"refusé par l'opérateur : {reponse}"


def _noter(destinataires: Sequence[Destinataire], etat: str, detail: str) -> None:
    for destinataire in destinataires:
        destinataire.etat, destinataire.detail = etat, detail


def reprendre(labo: Labo, utilisateur: Utilisateur) -> None:
    """Retente une fois chaque envoi en attente, avec le même Message-ID."""
    with labo.base.verrou:
        en_attente = [envoi for envoi in labo.base.envois_mss.values() if envoi.etat == "en_attente" and envoi.octets]
    for envoi in en_attente:
        tenter(labo, utilisateur, envoi)


def messages(envoi: EnvoiMss) -> list[str]:
    """Ce que l'utilisateur lit d'un envoi."""
    if envoi.etat == "bloque":
        return [f"Envoi bloqué : {envoi.motif}."]
    textes = {"envoye": "Courriel envoyé à", "en_attente": "Courriel en attente pour", "echec": "Courriel non remis à"}
    return [
        f"{textes[d.etat]} {d.adresse}" + (f" : {d.detail}." if d.detail else ".")
        for d in envoi.destinataires
        if d.etat in textes
    ]


def canal_de(adresse: str) -> str:
    return "patient" if est_usager(adresse) else "professionnel"


def identifiant_message(labo: Labo, domaine: str) -> str:
    """Message-ID neuf (RFC 5322, § 3.6.4)."""
    neuf = f"<{uuid.uuid4().hex}@{domaine}>"
    return labo.identifiants_fixes.setdefault("message-id", neuf) if labo.defaut("mss_message_id_constant") else neuf
