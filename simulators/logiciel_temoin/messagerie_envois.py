"""Les envois : préparer, confier à l'opérateur, suivre ; reprendre ce qui a été refusé pour un temps."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulators.logiciel_temoin import cda_lecture, documents, messagerie_noms, pdf
from simulators.logiciel_temoin.base import Destinataire, Document, EnvoiMss
from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import est_usager
from simulators.logiciel_temoin.messagerie_composition import Courriel, Documents, Jointe, composer
from simulators.logiciel_temoin.messagerie_connexion import TRACE, ErreurConnexion
from simulators.logiciel_temoin.messagerie_smtp import Issue, Reponse
from simulators.logiciel_temoin.messagerie_xdm import NOM_ARCHIVE, Piece, archive
from simulators.logiciel_temoin.utilisateurs import Utilisateur

ESSAIS_MAX = 5
TAILLE_MAX_USAGER = 25 * 1000 * 1000
"""Mon espace santé renvoie ce qui dépasse 25 Mo."""

_REUSSIE = re.compile(r"[23]\d\d|OK|connecté")


@dataclass(frozen=True)
class Demande:
    """Ce que l'utilisateur (ou un automatisme) demande d'envoyer."""

    bal: Bal
    canal: str
    objet: str
    corps: str
    destinataires: tuple[str, ...]
    copies: tuple[str, ...] = ()
    copies_cachees: tuple[str, ...] = ()
    mise_en_forme: bool = False
    patient_id: str | None = None
    documents: tuple[Document, ...] = ()
    jointes: Documents | None = None
    """Pièces déjà préparées, quand plusieurs courriels portent les mêmes."""
    accuse_distribution: bool = False
    accuse_lecture: bool = False
    sans_reponse: bool = False
    parent: str = ""
    ancetres: tuple[str, ...] = ()

    def pour(self, *destinataires: str) -> Demande:
        """La même demande, à ces destinataires."""
        return replace(self, destinataires=destinataires)


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
    objet = messagerie_noms.objet(labo, jointes.entetes) if jointes else demande.objet
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


def adresse_de_retour(labo: Labo, bal: Bal, canal: str) -> str:
    """À qui répondre à un message de la BAL applicative : le réglage, sinon le secrétariat, sinon une BAL PER."""
    if bal.type != "APP":
        return ""
    reglee = labo.reglages.lire("adresse_retour_mss").get(canal)
    if reglee and not labo.defaut("mss_adresse_retour_ignoree"):
        return str(reglee)
    environnement = labo.environnement
    recours = environnement.bal_de_type("ORG") or environnement.bal_de_type("PER") or bal
    return recours.adresse


def joindre(labo: Labo, demande: Demande) -> Documents | None:
    """L'archive des CDA demandés, et le PDF de chacun."""
    if not demande.documents:
        return None
    retenus = [*demande.documents, *_en_trop(labo, demande)]
    pieces = [_piece(labo, document) for document in retenus]
    entetes = tuple(piece.entete for piece in pieces)
    contact = adresse_de_retour(labo, demande.bal, demande.canal) or demande.bal.adresse
    nom_archive = "documents.zip" if labo.defaut("mss_archive_mal_nommee") else NOM_ARCHIVE
    genre = "application/octet-stream" if labo.defaut("mss_archive_type_faux") else "application/zip"
    jointes = []
    if not labo.defaut("mss_sans_archive"):
        jointes.append(Jointe(nom_archive, genre, archive(labo, pieces, contact)))
    noms = messagerie_noms.noms_pdf(entetes, [document.document_id for document in retenus])
    if labo.defaut("mss_pdf_nom_faux"):
        noms = [f"{document.document_id}.pdf" for document in retenus]
    for nom, piece in zip(noms, pieces, strict=True):
        if not labo.defaut("mss_sans_pdf"):
            jointes.append(Jointe(nom, "application/pdf", _pdf(labo, piece)))
    return Documents(entetes, tuple(jointes))


def _piece(labo: Labo, document: Document) -> Piece:
    octets = documents.cda_de(labo, document)
    remplace = labo.base.document(document.precedent).entree_mss if document.precedent else None
    if remplace and labo.defaut("mss_remplacement_sans_lien"):
        remplace = None
    if remplace and labo.defaut("mss_remplacement_autre_cible"):
        remplace = f"urn:uuid:{uuid.uuid4()}"
    return Piece(document.entree_mss, octets, cda_lecture.lire_entete(octets), remplace)


def _pdf(labo: Labo, piece: Piece) -> bytes:
    """Le PDF que porte le CDA, à l'octet près (ECO.2.1.5)."""
    octets = cda_lecture.copie_pdf(piece.octets)
    if octets is None or labo.defaut("mss_pdf_different"):
        return pdf.editer_texte(piece.entete.titre, cda_lecture.textes(piece.octets))
    return octets


def _en_trop(labo: Labo, demande: Demande) -> list[Document]:
    """Ce que les défauts ajoutent à l'archive."""
    choisis = {document.document_id for document in demande.documents}
    autres = [d for d in list(labo.base.documents.values()) if d.document_id not in choisis and d.patient_id]
    if labo.defaut("mss_document_en_trop"):
        return [d for d in autres if d.patient_id == demande.patient_id][:1]
    if labo.defaut("mss_deux_patients"):
        return [d for d in autres if d.patient_id != demande.patient_id][:1]
    return []


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
