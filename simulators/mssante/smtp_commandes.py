"""Les commandes SMTP, une fonction chacune : elles rendent la réponse, ou None pour couper la connexion."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from simulators.mssante import erreurs
from simulators.mssante.authentification import (
    ReponseSaslIllisible,
    empreinte_sasl,
    identifier,
    mecanismes,
)
from simulators.mssante.erreurs import ReponseSmtp
from simulators.mssante.etat import domaine_de, est_usager
from simulators.mssante.smtp import SessionSmtp
from simulators.mssante.smtp_data import data
from simulators.mssante.smtp_envoi import Transaction
from simulators.mssante.smtp_parametres import ArgumentsRefuses, lire_chemin, parametres_mail, parametres_rcpt
from simulators.socle.echange import CorpsMemoire
from simulators.socle.requete import RequeteRecue

Commande = Callable[[SessionSmtp, RequeteRecue], Awaitable[ReponseSmtp | None]]


async def ehlo(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Annonce les extensions : STARTTLS seul en clair, le reste sous TLS."""
    if not requete.cible:
        return erreurs.syntaxe("EHLO hostname")
    session.salue, session.transaction = True, None
    connexion = session.connexion
    if connexion.tls is None:
        offert = connexion.starttls_offert(requete)
        return erreurs.extensions(session.hostname, ("STARTTLS",) if offert else ())
    if session.dsn_offert is None:
        session.dsn_offert = connexion.prendre(requete, "dsn_non_annonce") is None
        if (panne := connexion.prendre(requete, "message_trop_gros")) is not None:
            session.taille_offerte = int(str(panne.parametres["taille"]))
    offerts = mecanismes(connexion, requete)
    annonces = ["PIPELINING", f"SIZE {session.taille_offerte}"]
    annonces += [f"AUTH {' '.join(offerts)}"] if offerts else []
    annonces += ["8BITMIME", "ENHANCEDSTATUSCODES"]
    annonces += ["DSN"] if session.dsn_offert else []
    return erreurs.extensions(session.hostname, tuple(annonces))


async def helo(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Salut sans extension : ni STARTTLS annoncé, ni authentification possible avant EHLO."""
    if not requete.cible:
        return erreurs.syntaxe("HELO hostname")
    session.salue, session.transaction = True, None
    return erreurs.salut(session.hostname)


async def starttls(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Accorde TLS ; la poignée de main suit la réponse."""
    connexion = session.connexion
    if requete.cible:
        return erreurs.syntaxe("STARTTLS")
    if connexion.tls is not None:
        return erreurs.tls_deja_etabli()
    if not connexion.starttls_offert(requete):
        return erreurs.commande_non_offerte()
    ligne = connexion.choisir_ligne(requete)
    if ignores := session.vider_le_clair():
        requete.noter("clair_ignore", ignores)
    session.apres = session.salir if ligne.starttls == "ordures" else session.chiffrer
    return erreurs.pret_pour_tls()


async def auth(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """AUTH (RFC 4954). Une réponse SASL ne quitte jamais cette fonction : le journal n'en a que l'empreinte."""
    journal = session.operateur.journal
    mots = requete.cible.split()
    requete.cible = " ".join([*mots[:1], *(empreinte_sasl(journal, mot.encode()) for mot in mots[1:])])
    mecanisme = mots[0].upper() if mots else ""
    if session.connexion.tls is None:
        if len(mots) > 1:
            requete.noter("identifiants_en_clair", "oui")
        return erreurs.chiffrer_d_abord()
    if not session.salue:
        return erreurs.mauvais_ordre("send EHLO first")
    if session.connexion.bal:
        return erreurs.deja_authentifie()
    if session.transaction is not None:
        return erreurs.mauvais_ordre("AUTH not permitted during a mail transaction")
    if not mots or len(mots) > 2:
        return erreurs.syntaxe("AUTH mechanism [initial-response]")
    requete.noter("mecanisme_demande", mecanisme)
    if mecanisme not in mecanismes(session.connexion, requete):
        return erreurs.mecanisme_inconnu()
    requete.noter("reponse_initiale", "oui" if len(mots) == 2 else "non")
    if len(mots) == 2:
        reponse = b"" if mots[1] == "=" else mots[1].encode("utf-8")
    else:
        await session.intermediaire(b"334 \r\n")
        reponse = await session.lire_reponse()
        session.corps = CorpsMemoire(empreinte_sasl(journal, reponse).encode() + b"\r\n")
    if reponse == b"*":
        return erreurs.authentification_abandonnee()
    return await _juger(session, requete, mecanisme, reponse)


async def _juger(session: SessionSmtp, requete: RequeteRecue, mecanisme: str, reponse: bytes) -> ReponseSmtp:
    try:
        resultat = identifier(session.connexion, requete, mecanisme, reponse)
    except ReponseSaslIllisible as erreur:
        requete.noter("motif", str(erreur))
        return erreurs.base64_illisible()
    if resultat.bal is not None:
        return erreurs.authentifie()
    if resultat.defi:
        await session.intermediaire(f"334 {resultat.defi_base64}\r\n".encode())
        suite = await session.lire_reponse()
        requete.noter("reponse_au_defi", {b"": "vide", b"*": "abandon"}.get(suite, "autre"))
        journal = session.operateur.journal
        session.corps = CorpsMemoire(session.corps.octets + empreinte_sasl(journal, suite).encode() + b"\r\n")
    return erreurs.trop_d_echecs() if session.compter_echec() else erreurs.identifiants_refuses()


async def mail(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """MAIL FROM : l'expéditeur est la BAL authentifiée, ou vide pour un accusé (RFC 8098, section 3)."""
    if (ordre := _pret_a_envoyer(session)) is not None:
        return ordre
    if session.transaction is not None:
        return erreurs.mauvais_ordre("nested MAIL command")
    try:
        chemin = lire_chemin(requete.cible, "FROM")
        parametres = parametres_mail(chemin, dsn=bool(session.dsn_offert))
    except ArgumentsRefuses as refus:
        return refus.reponse
    requete.noter("mail_from", chemin.adresse)
    requete.noter("parametres", chemin.texte_parametres)
    if parametres.taille is not None:
        requete.noter("taille_annoncee", parametres.taille)
    noms = ["indisponible_421", "refus_temporaire", "debit_depasse", "expediteur_refuse"]
    noms += ["message_trop_gros"] if parametres.taille is not None else []
    panne = session.connexion.prendre(requete, *noms)
    if panne is not None:
        return _REFUS[panne.nom]()
    if parametres.taille is not None and parametres.taille > session.taille_offerte:
        return erreurs.message_trop_gros()
    if chemin.adresse and chemin.adresse.lower() != session.connexion.bal.lower():
        return erreurs.expediteur_etranger()
    if _debit_depasse(session):
        return erreurs.debit_depasse()
    un_sur_trois = session.connexion.prendre(requete, "un_destinataire_sur_trois") is not None
    session.transaction = Transaction(chemin.adresse, parametres, un_sur_trois)
    return erreurs.fait("2.1.0")


async def rcpt(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """RCPT TO : domaine de la liste blanche, boîte connue ; un usager est toujours accepté ici."""
    if (ordre := _pret_a_envoyer(session)) is not None:
        return ordre
    transaction = session.transaction
    if transaction is None:
        return erreurs.mauvais_ordre("need MAIL command")
    try:
        chemin = lire_chemin(requete.cible, "TO")
        parametres = parametres_rcpt(chemin, dsn=bool(session.dsn_offert))
    except ArgumentsRefuses as refus:
        return refus.reponse
    requete.noter("destinataire", chemin.adresse)
    requete.noter("parametres", chemin.texte_parametres)
    if len(transaction.destinataires) >= session.reglages.destinataires_max:
        return erreurs.trop_de_destinataires()
    reponse = _refus_de_destinataire(session, requete, transaction, chemin.adresse)
    transaction.rang += 1
    if reponse is not None:
        transaction.refuses.append(chemin.adresse)
        return reponse
    transaction.destinataires.append(chemin.adresse)
    transaction.par_destinataire[chemin.adresse] = parametres
    return erreurs.fait("2.1.5")


def _refus_de_destinataire(
    session: SessionSmtp, requete: RequeteRecue, transaction: Transaction, adresse: str
) -> ReponseSmtp | None:
    panne = session.connexion.prendre(
        requete, "indisponible_421", "refus_temporaire", "destinataire_inconnu", "domaine_hors_liste", "boite_pleine"
    )
    if panne is not None and panne.nom == "boite_pleine":
        definitif = panne.jouees > 1 or bool(panne.parametres.get("definitif"))
        return erreurs.boite_pleine() if definitif else erreurs.boite_pleine_pour_l_instant()
    if panne is not None:
        return _REFUS[panne.nom]()
    if transaction.un_sur_trois and transaction.rang % 3 == 1:
        requete.noter("panne", "un_destinataire_sur_trois")
        return erreurs.destinataire_inconnu()
    if est_usager(adresse):
        return None
    etat = session.operateur.etat
    if domaine_de(adresse) not in etat.domaines:
        return erreurs.domaine_hors_liste()
    if etat.bal(adresse) is None:
        return erreurs.destinataire_inconnu()
    return _manque_de_place(session, transaction, adresse)


def _manque_de_place(session: SessionSmtp, transaction: Transaction, adresse: str) -> ReponseSmtp | None:
    """452 tant que la boîte n'a pas la place annoncée, 552 si elle ne l'aura jamais."""
    if session.operateur.place is None:
        return None
    libre, quota = session.operateur.place(adresse)
    besoin = max(1, transaction.parametres.taille or 0)
    if besoin > quota:
        return erreurs.boite_pleine()
    return erreurs.boite_pleine_pour_l_instant() if besoin > libre else None


async def rset(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Abandonne la transaction."""
    if requete.cible:
        return erreurs.syntaxe("RSET")
    session.transaction = None
    return erreurs.fait()


async def noop(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Ne fait rien."""
    return erreurs.fait()


async def quit_(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Fin demandée par le client."""
    return erreurs.syntaxe("QUIT") if requete.cible else erreurs.au_revoir()


async def vrfy(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Ne révèle rien."""
    return _pret_a_envoyer(session) or (erreurs.non_verifie() if requete.cible else erreurs.syntaxe("VRFY address"))


async def aide(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """Liste des commandes."""
    return erreurs.aide()


async def non_offerte(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp:
    """EXPN."""
    return _pret_a_envoyer(session) or erreurs.commande_non_offerte()


async def _donnees(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp | None:
    return _pret_a_envoyer(session) or await data(session, requete)


def _pret_a_envoyer(session: SessionSmtp) -> ReponseSmtp | None:
    """TLS, salut, authentification : dans cet ordre."""
    if session.connexion.tls is None:
        return erreurs.chiffrer_d_abord()
    if not session.salue:
        return erreurs.mauvais_ordre("send EHLO first")
    return None if session.connexion.bal else erreurs.authentification_requise()


def _debit_depasse(session: SessionSmtp) -> bool:
    maintenant = time.monotonic()
    envois = session.service.envois.setdefault(session.connexion.bal.lower(), [])
    envois[:] = [instant for instant in envois if maintenant - instant < session.reglages.periode_debit]
    if len(envois) >= session.reglages.messages_par_periode:
        return True
    envois.append(maintenant)
    return False


_REFUS: dict[str, Callable[[], ReponseSmtp]] = {
    "indisponible_421": erreurs.service_indisponible,
    "refus_temporaire": erreurs.refus_temporaire,
    "debit_depasse": erreurs.debit_depasse,
    "expediteur_refuse": erreurs.expediteur_refuse,
    "message_trop_gros": erreurs.message_trop_gros,
    "destinataire_inconnu": erreurs.destinataire_inconnu,
    "domaine_hors_liste": erreurs.domaine_hors_liste,
}
COMMANDES: dict[str, Commande] = {
    "EHLO": ehlo,
    "HELO": helo,
    "STARTTLS": starttls,
    "AUTH": auth,
    "MAIL": mail,
    "RCPT": rcpt,
    "DATA": _donnees,
    "RSET": rset,
    "NOOP": noop,
    "QUIT": quit_,
    "VRFY": vrfy,
    "HELP": aide,
    "EXPN": non_offerte,
}
