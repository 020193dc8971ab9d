"""Le logiciel en plateforme d'intermédiation : les documents reçus par MSSanté remis en HL7 v2, l'accusé rendu."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime

from simulators.logiciel_temoin import cda_lecture, messagerie_envois
from simulators.logiciel_temoin.cda_lecture import EnteteCda
from simulators.logiciel_temoin.hl7v2 import echapper
from simulators.logiciel_temoin.horloge import PARIS, maintenant
from simulators.logiciel_temoin.identite import OID_INS
from simulators.logiciel_temoin.labo import NOM, VERSION, Labo
from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.messagerie_reception import CourrielRecu

COMPTE = "biologiste_1"
DESTINATAIRE = "DPI"
_METAS = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "MODIF_CONF_CODE")
_PERMISE = "automatic-action/MDN-sent-automatically; processed"


def remettre(labo: Labo, recus: Sequence[CourrielRecu]) -> None:
    """Un message par document de l'archive de chaque courriel neuf, puis l'accusé qui dit ce qu'ils sont devenus."""
    for recu in recus:
        archive = recu.contenu.archive
        if archive is None or recu.remis or labo.defaut("pfi_remise_absente"):
            continue
        recu.remis = True
        if labo.defaut("pfi_accuse_sans_attendre"):
            _rendre(labo, recu, "")
        documents = archive.documents[:1] if labo.defaut("pfi_remise_premier_document") else archive.documents
        suivis = [labo.emission.envoyer(_mdm(labo, recu, octets)) for octets in documents]
        if labo.defaut("pfi_accuse_absent") or labo.defaut("pfi_accuse_sans_attendre"):
            continue
        refus = next((suivi.detail for suivi in suivis if suivi.etat == "refuse"), "")
        if refus and not labo.defaut("pfi_accuse_toujours_positif"):
            code, _, libelle = refus.partition(" ")[2].partition("^")
            _rendre(labo, recu, f"{code or '207'}^{libelle.partition('^')[0]}")
        elif all(suivi.etat in ("acquitte", "refuse") for suivi in suivis):
            _rendre(labo, recu, "")


def _mdm(labo: Labo, recu: CourrielRecu, octets: bytes) -> str:
    entete = cda_lecture.lire_entete(octets)
    quand = maintenant().astimezone(PARIS).strftime("%Y%m%d%H%M%S")
    chez = echapper(labo.environnement.structure.nom)
    quoi = f"{entete.type_document.code}^{echapper(entete.type_document.libelle)}^LN"
    courriel = base64.b64encode(recu.contenu.corps.encode()).decode()
    mode = "Q" if labo.defaut("pfi_remise_mode_inconnu") else "P"
    origine = "" if labo.defaut("pfi_remise_sans_courriel") else echapper(recu.contenu.message_id or "")
    expediteur = "" if labo.defaut("pfi_remise_sans_expediteur") else f"^^X.400^{echapper(recu.contenu.expediteur)}"
    metas = _METAS[:-1] if labo.defaut("pfi_remise_sans_restriction") else _METAS
    segments = [
        f"MSH|^~\\&|PFI|{chez}|{DESTINATAIRE}|{chez}|{quand}||MDM^T02^MDM_T02|{labo.numero_message()}|{mode}|2.6|||||FRA|"
        "UNICODE UTF-8|||1.1^CISIS_CDA_HL7_LPS",
        f"EVN||{'20261399' if labo.defaut('pfi_remise_date_impossible') else quand}",
        _pid(labo, entete),
        "PV1|1|I" if labo.defaut("pfi_remise_avec_classe") else "PV1|1|N",
        "ORC|NW",
        f"OBR|1|||{'DOC' if labo.defaut('pfi_remise_examen_sans_type') else quoi}",
        _txa(labo, entete),
        f"OBX|1|ED|{quoi}||^TEXT^XML^Base64^{base64.b64encode(octets).decode()}||||||F",
        f"PRT||UC||SB^Send by^participation|||||||||||{expediteur}",
        f"PRT||UC||RCT^Results Copies To^participation|||||||||||^^X.400^{echapper(recu.bal)}",
        f"OBX|2|ED|{origine}^{echapper(recu.contenu.objet)}||^TEXT^^Base64^{courriel}||||||F",
        *(
            f"OBX|{rang}|CWE|{code}^{code}^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F"
            for rang, code in enumerate(metas, 3)
        ),
    ]
    return "\r".join(segments) + "\r"


def _txa(labo: Labo, entete: EnteteCda) -> str:
    etat = "" if labo.defaut("pfi_remise_sans_completude") else "AU"
    identifiant = f"{entete.unique_id}.1" if labo.defaut("pfi_remise_autre_identifiant") else entete.unique_id
    return f"TXA|1|{entete.type_document.code}|TEXT|||||||||{identifiant}|||||{etat}"


def _pid(labo: Labo, entete: EnteteCda) -> str:
    identifiants = []
    for racine, extension in entete.identifiants:
        if racine in OID_INS:
            matricule = f"{extension[:-1]}0" if labo.defaut("pfi_remise_autre_ins") else extension
            identifiants.append(f"{matricule}^^^ASIP-SANTE-INS-{_NATURES.get(racine, 'NIR')}&{racine}&ISO^INS")
        else:
            identifiants.append(f"{extension}^^^EMETTEUR&{racine}&ISO^PI")
    traits = entete.identite
    pid = [""] * 33
    pid[0], pid[3] = "PID", "~".join(identifiants)
    noms = (traits["nom_naissance"], traits["premier_prenom_naissance"], traits["prenoms_naissance"])
    pid[5] = "^".join(echapper(nom or "") for nom in noms) + "^^^^L"
    pid[7] = (traits["date_naissance"] or "").replace("-", "")
    pid[8] = traits["sexe"] if traits["sexe"] in ("M", "F") else "U"
    pid[11], pid[32] = f"^^^^^^BDL^^{traits['code_lieu_naissance'] or ''}", "VALI"
    return "|".join(pid)


_NATURES = {
    "1.2.250.1.213.1.4.8": "NIR",
    "1.2.250.1.213.1.4.9": "NIA",
    "1.2.250.1.213.1.4.10": "NIR",
    "1.2.250.1.213.1.4.11": "NIA",
}


def _rendre(labo: Labo, courriel: CourrielRecu, erreur: str) -> None:
    """Le MDN : texte, état, courriel d'origine entier."""
    utilisateur, bal = labo.annuaire.ouvrir(COMPTE), labo.postes.bal_applicative()
    message_id = messagerie_envois.identifiant_message(labo, bal.domaine)
    octets = _mdn(labo, courriel, erreur, message_id)
    if labo.defaut("pfi_accuse_autre_courriel"):
        octets = octets.replace(f"Original-Message-ID: {courriel.contenu.message_id}".encode(), _AUTRE)
    tracer = messagerie_envois.traceur(labo, utilisateur, bal, None, message_id)
    try:
        labo.postes.smtp(bal).envoyer(octets, [courriel.contenu.expediteur], tracer, accuse=False)
    except ErreurConnexion as panne:
        tracer("envoi", "accusé", str(panne))


_AUTRE = b"Original-Message-ID: <un-autre@plateforme.test>"


def _mdn(labo: Labo, courriel: CourrielRecu, erreur: str, message_id: str) -> bytes:
    contenu = courriel.contenu
    permise = _PERMISE.replace("automatic", "manual") if labo.defaut("pfi_accuse_disposition_manuelle") else _PERMISE
    motif = erreur.partition("^")[2] if labo.defaut("pfi_accuse_sans_code") else erreur
    etat = [
        f"Reporting-UA: {_ascii(NOM)}; {VERSION}",
        f"Original-Recipient: rfc822; {courriel.bal}",
        f"Final-Recipient: rfc822; {courriel.bal}",
        f"Original-Message-ID: {contenu.message_id}",
        f"Disposition: {permise}{'/error' if erreur else ''}",
        *([f"Error: {_ascii(motif)}"] if erreur else []),
    ]
    if labo.defaut("pfi_accuse_sans_champs"):
        etat = [ligne for ligne in etat if not ligne.startswith(("Original-Recipient", "Final-Recipient"))]
    rapport = EmailMessage(policy=SMTP)
    rapport["From"], rapport["To"] = courriel.bal, contenu.expediteur
    if labo.defaut("pfi_accuse_en_copie"):
        rapport["Cc"] = courriel.bal
    objet = "Accusé d'intégration" if labo.defaut("pfi_accuse_objet_propre") else contenu.objet
    rapport["Subject"] = f"[KO Intégration système !][{erreur.partition('^')[0]}] {objet}" if erreur else objet
    rapport["Date"], rapport["Message-ID"] = format_datetime(maintenant().astimezone(PARIS)), message_id
    genre = "mixed" if labo.defaut("pfi_accuse_hors_rapport") else "report; report-type=disposition-notification"
    rapport["Content-Type"] = f"multipart/{genre}"
    rapport["MIME-Version"] = "1.0"
    texte, machine, original = MIMEPart(policy=SMTP), MIMEPart(policy=SMTP), MIMEPart(policy=SMTP)
    texte.set_content(f"Document {'non intégré : ' + erreur if erreur else 'intégré'}.")
    machine["Content-Type"] = "message/disposition-notification"
    machine.set_payload("\r\n".join(etat) + "\r\n")
    original["Content-Type"] = "message/rfc822"
    original["Content-Transfer-Encoding"] = "8bit"
    original.set_payload("@@ORIGINAL@@")
    rapport.set_payload([texte, machine] if labo.defaut("pfi_accuse_sans_original") else [texte, machine, original])
    return rapport.as_bytes().replace(b"@@ORIGINAL@@", courriel.octets.rstrip(b"\r\n"))


def _ascii(texte: str) -> str:
    """Sans diacritique : les champs d'un accusé sont de l'ASCII."""
    return unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
