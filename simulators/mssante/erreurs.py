"""Réponses SMTP de l'opérateur : une fonction par situation.

Codes étendus : RFC 3463 et 5248 ; soumission : RFC 6409 ; authentification : RFC 4954. Les situations sont celles qu'un
logiciel doit savoir recevoir ; le texte est le nôtre, en anglais et en ASCII comme chez les opérateurs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReponseSmtp:
    """Une réponse : code, code étendu (vide s'il n'en faut pas), lignes de texte ; `fermer` : la connexion suit."""

    code: int
    enrichi: str
    lignes: tuple[str, ...]
    fermer: bool = False

    @property
    def octets(self) -> bytes:
        """Telle qu'elle part sur le fil."""
        prefixe = f"{self.enrichi} " if self.enrichi else ""
        dernier = len(self.lignes) - 1
        return b"".join(
            f"{self.code}{' ' if rang == dernier else '-'}{prefixe}{ligne}\r\n".encode("ascii", "replace")
            for rang, ligne in enumerate(self.lignes)
        )


def _r(code: int, enrichi: str, *lignes: str, fermer: bool = False) -> ReponseSmtp:
    return ReponseSmtp(code, enrichi, lignes, fermer)


# -- déroulement ---------------------------------------------------------------------------------------------------


def accueil(hote: str) -> ReponseSmtp:
    """Première ligne ; le nom dit que c'est un essai."""
    return _r(220, "", f"{hote} ESMTP operateur MSSante de TEST (Banc SONS)")


def extensions(hote: str, annonces: tuple[str, ...]) -> ReponseSmtp:
    """Réponse à EHLO."""
    return _r(250, "", hote, *annonces)


def salut(hote: str) -> ReponseSmtp:
    """Réponse à HELO."""
    return _r(250, "", hote)


def fait(enrichi: str = "2.0.0", texte: str = "Ok") -> ReponseSmtp:
    """Commande exécutée."""
    return _r(250, enrichi, texte)


def aide() -> ReponseSmtp:
    """Réponse à HELP."""
    return _r(214, "2.0.0", "EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY QUIT")


def non_verifie() -> ReponseSmtp:
    """VRFY : l'opérateur ne dit pas si une boîte existe."""
    return _r(252, "2.5.0", "Cannot VRFY user, but will accept message and attempt delivery")


def au_revoir() -> ReponseSmtp:
    """Réponse à QUIT."""
    return _r(221, "2.0.0", "Bye", fermer=True)


def pret_pour_tls() -> ReponseSmtp:
    """Réponse à STARTTLS : la poignée de main peut commencer."""
    return _r(220, "2.0.0", "Ready to start TLS")


def envoyer_le_message() -> ReponseSmtp:
    """Réponse intermédiaire à DATA."""
    return _r(354, "", "End data with <CR><LF>.<CR><LF>")


def authentifie() -> ReponseSmtp:
    """Authentification réussie."""
    return _r(235, "2.7.0", "Authentication successful")


def message_accepte(numero: str) -> ReponseSmtp:
    """Message pris en charge."""
    return _r(250, "2.0.0", f"Ok: queued as {numero}")


# -- ordre et syntaxe ----------------------------------------------------------------------------------------------


def commande_inconnue() -> ReponseSmtp:
    """Verbe inconnu."""
    return _r(500, "5.5.2", "Error: command not recognized")


def commande_non_offerte() -> ReponseSmtp:
    """Verbe connu, que l'opérateur n'offre pas."""
    return _r(502, "5.5.1", "Error: command not implemented")


def ligne_trop_longue() -> ReponseSmtp:
    """Ligne au-delà de la limite."""
    return _r(500, "5.5.2", "Error: line too long")


def syntaxe(attendu: str) -> ReponseSmtp:
    """Arguments illisibles."""
    return _r(501, "5.5.4", f"Syntax: {attendu}")


def parametre_inconnu(nom: str) -> ReponseSmtp:
    """Paramètre ESMTP que l'opérateur n'a pas annoncé."""
    return _r(555, "5.5.4", f"Unsupported option: {nom[:40]}")


def parametre_faux(nom: str) -> ReponseSmtp:
    """Paramètre ESMTP annoncé, mais mal formé."""
    return _r(501, "5.5.4", f"Bad parameter: {nom[:40]}")


def adresse_illisible() -> ReponseSmtp:
    """Adresse d'enveloppe mal formée."""
    return _r(553, "5.1.3", "Error: malformed address")


def mauvais_ordre(attendu: str) -> ReponseSmtp:
    """Commande venue trop tôt ou deux fois."""
    return _r(503, "5.5.1", f"Error: {attendu}")


def aucun_destinataire() -> ReponseSmtp:
    """DATA sans destinataire accepté (RFC 5321, section 3.3)."""
    return _r(554, "5.5.1", "Error: no valid recipients")


def trop_de_commandes_inconnues() -> ReponseSmtp:
    """Trop d'erreurs de protocole."""
    return _r(421, "4.7.0", "Error: too many errors", fermer=True)


# -- chiffrement et authentification -------------------------------------------------------------------------------


def chiffrer_d_abord() -> ReponseSmtp:
    """Commande en clair (RFC 3207, section 4)."""
    return _r(530, "5.7.0", "Must issue a STARTTLS command first")


def tls_deja_etabli() -> ReponseSmtp:
    """Second STARTTLS."""
    return _r(503, "5.5.1", "Error: TLS already active")


def tls_indisponible() -> ReponseSmtp:
    """STARTTLS non offert."""
    return _r(454, "4.7.0", "TLS not available")


def authentification_requise() -> ReponseSmtp:
    """Commande avant AUTH (RFC 4954, section 6)."""
    return _r(530, "5.7.0", "Authentication required")


def deja_authentifie() -> ReponseSmtp:
    """Second AUTH."""
    return _r(503, "5.5.1", "Error: already authenticated")


def mecanisme_inconnu() -> ReponseSmtp:
    """Mécanisme SASL non annoncé."""
    return _r(504, "5.5.4", "Unrecognized authentication mechanism")


def base64_illisible() -> ReponseSmtp:
    """Réponse SASL qui n'est pas du base64."""
    return _r(501, "5.5.2", "Cannot decode base64")


def authentification_abandonnee() -> ReponseSmtp:
    """Le client a répondu « * »."""
    return _r(501, "5.7.0", "Authentication aborted")


def identifiants_refuses() -> ReponseSmtp:
    """Jeton périmé, faux, d'une autre BAL ; BAL inconnue ; certificat absent."""
    return _r(535, "5.7.8", "Authentication credentials invalid")


def trop_d_echecs() -> ReponseSmtp:
    """Trop d'authentifications refusées."""
    return _r(421, "4.7.0", "Too many authentication failures", fermer=True)


# -- expéditeur et destinataires -----------------------------------------------------------------------------------


def expediteur_etranger() -> ReponseSmtp:
    """L'expéditeur d'enveloppe n'est pas la BAL authentifiée."""
    return _r(553, "5.7.1", "Sender address rejected: not owned by authenticated user")


def expediteur_refuse() -> ReponseSmtp:
    """Expéditeur refusé par la politique de l'opérateur."""
    return _r(550, "5.7.1", "Sender address rejected by policy")


def destinataire_inconnu() -> ReponseSmtp:
    """Boîte inconnue."""
    return _r(550, "5.1.1", "Recipient address rejected: user unknown")


def domaine_hors_liste() -> ReponseSmtp:
    """Domaine absent de la liste blanche."""
    return _r(550, "5.7.1", "Recipient domain is not in the trusted domain list")


def trop_de_destinataires() -> ReponseSmtp:
    """Plus de destinataires qu'un message n'en admet."""
    return _r(452, "4.5.3", "Error: too many recipients")


def boite_pleine_pour_l_instant() -> ReponseSmtp:
    """Quota du destinataire atteint : à réessayer."""
    return _r(452, "4.2.2", "Mailbox full, try again later")


def boite_pleine() -> ReponseSmtp:
    """Quota du destinataire atteint : définitif."""
    return _r(552, "5.2.2", "Mailbox full")


# -- taille, débit, disponibilité ----------------------------------------------------------------------------------


def message_trop_gros() -> ReponseSmtp:
    """Taille annoncée ou reçue au-delà de SIZE (RFC 1870)."""
    return _r(552, "5.3.4", "Message size exceeds fixed maximum message size")


def debit_depasse() -> ReponseSmtp:
    """Trop de messages en peu de temps."""
    return _r(450, "4.7.1", "Error: too much mail from this sender, try again later")


def refus_temporaire() -> ReponseSmtp:
    """Erreur passagère de traitement."""
    return _r(451, "4.3.0", "Temporary failure, try again later")


def service_indisponible() -> ReponseSmtp:
    """Service fermé pour un moment."""
    return _r(421, "4.3.2", "Service not available, closing transmission channel", fermer=True)


def surcharge() -> ReponseSmtp:
    """Trop de connexions ouvertes."""
    return _r(421, "4.7.0", "Too many connections, try again later", fermer=True)


def trop_lent() -> ReponseSmtp:
    """Rien reçu depuis trop longtemps."""
    return _r(421, "4.4.2", "Timeout, closing transmission channel", fermer=True)


def banc_arrete() -> ReponseSmtp:
    """La campagne est arrêtée : le banc n'enregistre plus rien."""
    return _r(421, "4.3.0", "Test bench stopped: nothing is recorded any more", fermer=True)


def defaut_du_banc() -> ReponseSmtp:
    """Erreur du simulateur, notée au journal comme la sienne."""
    return _r(451, "4.3.0", "Test bench internal error")
