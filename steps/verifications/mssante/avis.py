"""Les avis : accusés de lecture ou d'intégration (MDN), de distribution (DSN), échecs d'intégration, avis d'usagers."""

from __future__ import annotations

import re

from reports.constat import Constat
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.avis_lecture import Avis, Nature, annonce_un_document, lire_avis, objet_de
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel, lire_courriel
from steps.verifications.mssante.entetes import identifiant
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.regles_avis import (
    AGENT,
    AUTOMATIQUE,
    CHAMPS_DSN,
    CHAMPS_MDN,
    CHAMPS_VOLET,
    DESTINATAIRE,
    DISPOSITION,
    ERREUR,
    OBJET,
    RAPPORT,
    RECONNU,
    STATUT_DSN,
    TROIS_PARTIES,
)
from steps.verifications.registre import verification

CODES_METIER = frozenset(map(str, range(900, 907)))
CODES_HL7 = frozenset(map(str, (0, 100, 101, 102, 103, 198, 199, 200, 201, 202, 203, 207)))
_TYPES_MDN = frozenset({"displayed", "dispatched", "processed", "deleted", "denied", "failed"})
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUT = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?:\s*\(.*\))?")
_CLASSES = {"failed": "5", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}
_RAPPORTS = {
    Nature.MDN: ("disposition-notification", "message/disposition-notification"),
    Nature.DSN: ("delivery-status", "message/delivery-status"),
}


@rejouable
def verifier_avis(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Toutes les règles d'un avis, rien pour un autre courriel. `contexte.en_reponse_a` : le message d'origine."""
    avis = lire_avis(courriel)
    if avis is None:
        return []
    if avis.nature is Nature.MES:
        return [avis_d_usager(avis, contexte)]
    if avis.nature is Nature.DSN:
        return [rapport(courriel, avis, contexte), *distribution(avis, contexte)]
    constats = [rapport(courriel, avis, contexte), *accuse(avis, contexte)] if avis.nature is Nature.MDN else []
    if avis.integration:
        constats += integration(courriel, avis, contexte)
    return constats + designation(courriel, avis, contexte)


@verification(RAPPORT)
def rapport(courriel: Courriel, avis: Avis, contexte: ContexteCourriel) -> Constat:
    """Forme multipart/report d'un DSN ou d'un MDN."""
    racine = courriel.racine
    attendu_type, machine = _RAPPORTS[avis.nature]
    types = [enfant.type for enfant in racine.enfants]
    annonce = racine.content_type.parametres.get("report-type", "").lower()
    texte = bool(types) and types[0] in ("text/plain", "text/html", "multipart/alternative")
    juste = racine.type == "multipart/report" and annonce == attendu_type and types[1:2] == [machine] and texte
    return juger(
        RAPPORT, juste and len(types) <= 3, "L'avis n'a pas la forme d'un rapport.",
        attendu=f"multipart/report; report-type={attendu_type} (texte, {machine}, message d'origine)",
        recu=f"{racine.type}; report-type={annonce or 'absent'} ({', '.join(types[:6]) or 'aucune partie'})",
        ou="message", echanges=contexte.echanges,
    )  # fmt: skip


@verification(CHAMPS_MDN, DISPOSITION)
def accuse(avis: Avis, contexte: ContexteCourriel) -> list[Constat]:
    """Champs de la RFC 8098 d'un accusé."""
    champs, echanges, ou = avis.champs, contexte.echanges, "message/disposition-notification"
    absents = [nom for nom in ("Final-Recipient", "Disposition") if not champs.get(nom.lower())]
    final = champs.get("final-recipient", "")
    if final and not _destinataire(final):
        absents.append(f"Final-Recipient lisible ({final[:60]})")
    constats = [
        juger(
            CHAMPS_MDN, not absents, "L'accusé n'a pas les champs de la RFC.", attendu="Final-Recipient et Disposition",
            recu=f"sans {', '.join(absents)}" if absents else ", ".join(champs), ou=ou, echanges=echanges,
        )
    ]  # fmt: skip
    if not champs.get("disposition"):
        return constats
    lue, recu = avis.disposition, champs["disposition"][:200]
    faute = ""
    if lue is None:
        faute = "forme illisible"
    elif lue.action.lower() not in ("manual-action", "automatic-action"):
        faute = f"action « {lue.action} »"
    elif lue.envoi.lower() not in ("mdn-sent-manually", "mdn-sent-automatically"):
        faute = f"mode d'envoi « {lue.envoi} »"
    elif lue.type.lower() not in _TYPES_MDN:
        faute = f"type « {lue.type} »"
    elif lue.ancienne:
        faute = "ancienne forme, texte d'erreur après processed/Error"
    elif lue.type.lower() == "processed" and lue.modificateur.lower() not in ("", "error"):
        faute = f"modificateur « {lue.modificateur[:40]} »"
    elif lue.type.lower() == "processed" and lue.envoi.lower() != "mdn-sent-automatically":
        faute = "une intégration se dit automatiquement"
    attendu = "automatic-action/MDN-sent-automatically; processed" + ("/error" if avis.echec else "")
    constats.append(
        juger(DISPOSITION, not faute, f"Disposition n'est pas celle attendue : {faute}.", attendu=attendu, recu=recu,
              ou=ou, echanges=echanges)
    )  # fmt: skip
    return constats


def _destinataire(valeur: str) -> str:
    """L'adresse d'un champ `rfc822; adresse` ; vide s'il n'a pas cette forme."""
    genre, separe, adresse = valeur.partition(";")
    return adresse.strip() if separe and genre.strip().lower() in ("rfc822", "utf-8") and "@" in adresse else ""


@verification(TROIS_PARTIES, CHAMPS_VOLET, AGENT, ERREUR, OBJET)
def integration(courriel: Courriel, avis: Avis, contexte: ContexteCourriel) -> list[Constat]:
    """Ce que le volet demande d'un compte rendu d'intégration, accusé ou courriel d'erreur."""
    echanges = contexte.echanges
    types = [enfant.type for enfant in courriel.racine.enfants]
    if avis.nature is Nature.KO:
        constats = [
            juger(
                TROIS_PARTIES, avis.original is not None, "Le courriel d'erreur ne joint pas le message d'origine.",
                attendu="un texte et le message d'origine (message/rfc822)", recu=", ".join(types[:6]) or "un texte",
                ou="message", echanges=echanges,
            )
        ]  # fmt: skip
        return [*constats, _objet(courriel, avis, contexte), *_code(avis, echanges)]
    attendus = ["text/plain", "message/disposition-notification", "message/rfc822"]
    champs, ou = avis.champs, "message/disposition-notification"
    absents = [nom for nom in ("Original-Message-ID", "Original-Recipient") if not champs.get(nom.lower())]
    constats = [
        juger(
            TROIS_PARTIES, types == attendus and avis.original is not None,
            "Le compte rendu n'a pas ses trois parties.", attendu=", ".join(attendus),
            recu=", ".join(types[:6]) or "aucune", ou="message", echanges=echanges,
        ),
        juger(
            CHAMPS_VOLET, not absents, "Le compte rendu n'a pas les champs du volet.",
            attendu="Original-Message-ID et Original-Recipient",
            recu=f"sans {', '.join(absents)}" if absents else ", ".join(champs), ou=ou, echanges=echanges,
        ),
    ]  # fmt: skip
    if champs.get("reporting-ua"):
        constats.append(AGENT.respectee(recu=champs["reporting-ua"][:100], ou=ou, echanges=echanges))
    else:
        message = "Le compte rendu ne nomme pas le logiciel qui le produit."
        constats.append(
            AGENT.signalee(message, attendu="Reporting-UA", recu=", ".join(champs), ou=ou, echanges=echanges)
        )
    return [*constats, _objet(courriel, avis, contexte), *_code(avis, echanges)]


def _code(avis: Avis, echanges: tuple[int, ...]) -> list[Constat]:
    """Le code d'erreur : présent en cas d'échec seulement, connu, le même dans l'objet."""
    codes = CODES_METIER | CODES_HL7
    if avis.nature is Nature.KO:
        juste, recu, ou = avis.code_objet in codes, avis.code_objet or "aucun code", "en-tête Subject"
        return [juger(ERREUR, juste, "L'objet ne porte pas un code d'erreur connu.",
                      attendu="900 à 906, ou un code HL7", recu=recu, ou=ou, echanges=echanges)]  # fmt: skip
    brut = avis.champs.get("error", "")
    ancienne = avis.disposition is not None and bool(avis.disposition.ancienne)
    recu = brut[:150] or (f"ancienne forme : {avis.code_erreur}^{avis.libelle_erreur[:80]}" if ancienne else "aucun")
    if ancienne and not brut:
        return []  # Déjà dit par DISPOSITION.
    faute = ""
    if avis.echec and not avis.code_erreur:
        faute = "L'échec n'est pas dit dans le champ Error."
    elif avis.code_erreur and avis.code_erreur not in codes:
        faute = "Le code d'erreur n'est pas connu."
    elif avis.code_erreur and avis.code_objet and avis.code_objet != avis.code_erreur:
        faute = "L'objet et le champ Error n'ont pas le même code."
    elif brut and avis.disposition is not None and avis.disposition.modificateur.lower() != "error":
        faute = "Un champ Error accompagne un compte rendu de succès."
    return [
        juger(ERREUR, not faute, faute, attendu="code^libellé pour un échec, rien pour un succès", recu=recu,
              ou="message/disposition-notification / Error", echanges=echanges)
    ]  # fmt: skip


def _objet(courriel: Courriel, avis: Avis, contexte: ContexteCourriel) -> Constat:
    origine = _origine(avis, contexte)
    voulu = " ".join(objet_de(origine).split()) if origine is not None else ""
    recu = " ".join(courriel.objet.split())
    suite = " ".join(avis.objet_original.split())
    entete = courriel.entete("Subject")
    ou = entete.ou if entete is not None else "en-tête Subject"
    juste = suite == voulu if voulu else annonce_un_document(suite)
    if avis.echec and not avis.code_objet:
        juste = False
    attendu = f"{'[KO Intégration système !][code] ' if avis.echec else ''}{voulu or 'XDM/1.0/DDM+…'}"
    return juger(
        OBJET, juste, "L'objet du compte rendu n'est pas celui attendu.", attendu=attendu, recu=recu[:300] or "rien",
        ou=ou, echanges=contexte.echanges,
    )  # fmt: skip


def _origine(avis: Avis, contexte: ContexteCourriel) -> Partie | None:
    """Le message d'origine : celui du contexte, à défaut celui que l'avis enferme."""
    return lire_courriel(contexte.en_reponse_a).racine if contexte.en_reponse_a is not None else avis.original


@verification(DESTINATAIRE, AUTOMATIQUE)
def designation(courriel: Courriel, avis: Avis, contexte: ContexteCourriel) -> list[Constat]:
    """À qui va l'accusé et de quel message il parle ; rien si le message d'origine n'est pas connu."""
    origine = _origine(avis, contexte)
    if origine is None or avis.nature is Nature.KO:
        return []
    echanges, ou = contexte.echanges, "en-tête To"
    demande = origine.entete("Disposition-Notification-To")
    vers = {a.cle for a in demande.boites[0]} if demande is not None else set()
    recus = {a.cle for a in courriel.destinataires}
    voulu = identifiant(Courriel(origine.octets, origine))
    fautes = []
    if demande is None:
        fautes.append("aucun accusé n'était demandé")
    elif recus != vers:
        fautes.append(f"adressé à {', '.join(sorted(recus)) or 'personne'}")
    dit = avis.champs.get("original-message-id", "").strip()
    if voulu and dit and dit != voulu:
        fautes.append(f"Original-Message-ID {dit[:100]}")
    constats = [
        juger(
            DESTINATAIRE, not fautes, "L'accusé ne répond pas à la demande du message d'origine.",
            attendu=f"vers {', '.join(sorted(vers)) or 'personne'}, pour {voulu or 'un message sans Message-ID'}",
            recu=" ; ".join(fautes) or f"vers {', '.join(sorted(recus))}, pour {dit or voulu}", ou=ou,
            echanges=echanges,
        )
    ]  # fmt: skip
    retour = origine.entete("Return-Path")
    envoi = avis.disposition.envoi.lower() if avis.disposition is not None else ""
    if retour is not None and vers and envoi == "mdn-sent-automatically":
        chemins = {a.cle for a in retour.boites[0]}
        constats.append(
            juger(
                AUTOMATIQUE, chemins == vers, "Un accusé est parti seul vers une autre adresse que celle de retour.",
                attendu="l'accord de l'utilisateur (MDN-sent-manually)",
                recu=f"Return-Path {', '.join(chemins) or 'vide'}, demandé vers {', '.join(vers)}", ou=ou,
                echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(CHAMPS_DSN, STATUT_DSN)
def distribution(avis: Avis, contexte: ContexteCourriel) -> list[Constat]:
    """Champs et statuts d'un avis de distribution."""
    ou, echanges = "message/delivery-status", contexte.echanges
    fautes = [] if avis.champs.get("reporting-mta") else ["Reporting-MTA absent"]
    desaccords, vus = [], []
    if len(avis.blocs) < 2:
        fautes.append("aucun bloc de destinataire")
    for bloc in avis.blocs[1:]:
        action = bloc.get("action", "").partition("(")[0].strip().lower()
        statut = bloc.get("status", "").strip()
        fautes += [f"{nom} absent" for nom in ("Final-Recipient", "Action", "Status") if not bloc.get(nom.lower())]
        fautes += [f"action « {action[:30]} »"] if action and action not in _ACTIONS else []
        lu = _STATUT.fullmatch(statut)
        fautes += [f"statut « {statut[:30]} »"] if statut and lu is None else []
        vus.append(f"{action} {statut[:12]}")
        if lu is not None and action in _CLASSES and lu[1] != _CLASSES[action]:
            desaccords.append(f"{action} {statut[:12]}")
    return [
        juger(
            CHAMPS_DSN, not fautes, "L'avis de distribution n'a pas ses champs.",
            attendu="Reporting-MTA, puis Final-Recipient, Action, Status",
            recu=" ; ".join(fautes[:5]) or ", ".join(vus), ou=ou, echanges=echanges,
        ),
        juger(
            STATUT_DSN, not desaccords, "Le statut de l'avis ne s'accorde pas avec l'action.",
            attendu="5 pour failed, 4 pour delayed, 2 pour delivered", recu=", ".join(desaccords or vus) or "rien",
            ou=ou, echanges=echanges,
        ),
    ]  # fmt: skip


@verification(RECONNU)
def avis_d_usager(avis: Avis, contexte: ContexteCourriel) -> Constat:
    """Le motif d'un avis de Mon espace santé se reconnaît."""
    if avis.motif:
        return RECONNU.respectee(recu=avis.motif, ou="message", echanges=contexte.echanges)
    message = "Cet avis n'a aucun des motifs que le banc connaît : une personne doit le lire."
    return RECONNU.a_regarder(message, recu="motif inconnu", ou="message", echanges=contexte.echanges)
