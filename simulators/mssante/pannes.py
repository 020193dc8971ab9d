"""Pannes que l'opérateur sait jouer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import Panne, PanneArmee, RegistrePannes
from simulators.socle.requete import RequeteRecue

_PROTOCOLE = {"protocole": "smtp ou imap ; les deux par défaut"}
_ADRESSE = {"adresse": "ce destinataire seulement"}
_DUREE = {"duree": "secondes (5 par défaut)"}
_ACTIVE = "tant qu'elle est armée, chaque lecture la joue : l'armer avec « fois » nul"

PANNES_TLS: tuple[Panne, ...] = (
    Panne("certificat_expire", "Certificat du serveur expiré hier.", _PROTOCOLE),
    Panne("certificat_pas_encore_valide", "Certificat du serveur valable à partir de demain.", _PROTOCOLE),
    Panne("certificat_revoque_crl", "Certificat du serveur révoqué : la CRL le dit, pas l'OCSP.", _PROTOCOLE),
    Panne("certificat_revoque_ocsp", "Certificat du serveur révoqué : l'OCSP le dit, pas la CRL.", _PROTOCOLE),
    Panne("certificat_autre_autorite", "Certificat du serveur émis par une autorité étrangère.", _PROTOCOLE),
    Panne("certificat_autre_gamme", "Certificat du serveur de l'IGC Santé, mais de la gamme Fort.", _PROTOCOLE),
    Panne("certificat_autre_nom", "Certificat du serveur au nom d'un autre hôte.", _PROTOCOLE),
    Panne(
        "tls_1_2", "TLS 1.2 seulement, suites permises ; rien de fautif, un client doit s'en accommoder.", _PROTOCOLE
    ),
    Panne("tls_1_3", "TLS 1.3 seulement ; rien de fautif, un client peut le refuser.", _PROTOCOLE),
    Panne("tls_ancien", "TLS 1.0 et 1.1 seulement.", _PROTOCOLE),
    Panne("suites_hors_liste", "TLS 1.2, suites réputées sûres mais hors de la liste permise seulement.", _PROTOCOLE),
    Panne("suites_faibles", "TLS 1.2, suites hors de la liste permise seulement.", _PROTOCOLE),
    Panne("groupe_dh_court", "Échange DHE sur un groupe de 1024 bits seulement.", _PROTOCOLE),
    Panne("courbe_courte", "Échange ECDHE sur une courbe de 224 bits seulement.", _PROTOCOLE),
    Panne("starttls_absent", "STARTTLS ni annoncé ni accepté.", _PROTOCOLE),
    Panne("starttls_ordures", "Après l'accord donné à STARTTLS, des octets qui ne sont pas du TLS.", _PROTOCOLE),
)
PANNES_PUBLICATION: tuple[Panne, ...] = (
    Panne("crl_indisponible", f"La CRL de l'IGC de test répond 503 ; {_ACTIVE}."),
    Panne("crl_expiree", f"La CRL de l'IGC de test est périmée ; {_ACTIVE}."),
    Panne("ocsp_muet", f"L'OCSP de l'IGC de test ne répond pas ; {_ACTIVE}."),
)
PANNES_SMTP: tuple[Panne, ...] = (
    Panne("destinataire_inconnu", "550 5.1.1 à RCPT.", _ADRESSE),
    Panne("domaine_hors_liste", "550 5.7.1 à RCPT.", _ADRESSE),
    Panne("expediteur_refuse", "550 5.7.1 à MAIL."),
    Panne(
        "boite_pleine",
        "452 4.2.2 à RCPT, puis 552 5.2.2 si elle est rejouée.",
        {**_ADRESSE, "definitif": "vrai : 552 5.2.2 dès la première fois"},
    ),
    Panne(
        "message_trop_gros",
        "552 5.3.4 à MAIL si SIZE y est, sinon après DATA.",
        {"taille": "octets : SIZE annoncé sur la prochaine connexion, au lieu d'un refus d'office"},
    ),
    Panne("debit_depasse", "450 4.7.1 à MAIL."),
    Panne("indisponible_421", "421 4.3.2 à la connexion, puis fermeture.", {"commande": "CONNEXION, MAIL, RCPT, DATA"}),
    Panne("refus_temporaire", "451 4.3.0 à RCPT ; la fois suivante est acceptée.", {"commande": "MAIL, RCPT, DATA"}),
    Panne("un_destinataire_sur_trois", "550 5.1.1 au deuxième destinataire du message, au cinquième, au huitième…"),
    Panne("accepte_puis_dsn", "Message accepté, puis avis d'échec (DSN) déposé dans la BAL de l'émetteur.", _ADRESSE),
    Panne("coupure_dans_data", "Connexion coupée net pendant DATA.", {"octets": "octets reçus avant la coupure (0)"}),
    Panne(
        "coupure_avant_reponse",
        "Connexion coupée après le message entier, sans réponse.",
        {"accepte": "faux : le message n'a pas été pris en charge (vrai par défaut)"},
    ),
    Panne("duplication", "Message accepté et distribué deux fois."),
    Panne("dsn_non_annonce", "DSN ni annoncé ni accepté sur la connexion."),
    Panne("xoauth2_absent", "XOAUTH2 ni annoncé ni accepté sur la connexion.", _PROTOCOLE),
    Panne("connexion_refusee", "Connexion coupée net dès son ouverture.", _PROTOCOLE),
    Panne("accueil_lent", "Accueil retardé.", {**_DUREE, **_PROTOCOLE}),
)
PANNES_JETON: tuple[Panne, ...] = (
    Panne("jeton_expire", "Jeton présenté tenu pour périmé.", _PROTOCOLE),
    Panne("jeton_autre_bal", "Jeton présenté tenu pour celui d'un autre.", _PROTOCOLE),
    Panne("jeton_invalide", "Jeton présenté tenu pour mal signé.", _PROTOCOLE),
    Panne("psc_indisponible", "503 à la demande de jeton : jouée par Pro Santé Connect."),
)
PANNES: tuple[Panne, ...] = (*PANNES_TLS, *PANNES_PUBLICATION, *PANNES_SMTP, *PANNES_JETON)

OPERATIONS: dict[str, str] = {
    "indisponible_421": "CONNEXION",
    "refus_temporaire": "RCPT",
}
"""Commande visée par défaut par les pannes qui peuvent en viser plusieurs."""


class RegistreMSSante(RegistrePannes):
    """Registre qui comprend les paramètres `protocole`, `adresse` et `commande`."""

    def __init__(self, journal: JournalEchanges, autres: Sequence[Panne] = ()) -> None:
        """`autres` : pannes de la lecture (IMAP) et de la messagerie des usagers."""
        super().__init__("mssante", journal, (*PANNES, *autres), http=False)
        self.relais: dict[str, Callable[..., PanneArmee]] = {}
        """Pannes qu'un autre service joue : nom → de quoi les armer chez lui (mêmes `fois` et `si`)."""

    def armer(
        self,
        nom: str,
        *,
        fois: int | None = 1,
        operation: str | None = None,
        si: Callable[[RequeteRecue], bool] | None = None,
        **parametres: object,
    ) -> PanneArmee:
        """Arme une panne ; ValueError si un paramètre de visée n'a pas de sens."""
        if nom in self.relais:
            return self.relais[nom](fois=fois, si=si)
        protocole = str(parametres.get("protocole") or "").lower()
        if protocole not in ("", "smtp", "imap"):
            raise ValueError(f"protocole {protocole!r} inconnu : smtp ou imap attendu")
        adresse = str(parametres.get("adresse") or "").lower()
        commande = str(parametres.get("commande") or OPERATIONS.get(nom, "")).upper()
        if commande and operation is None:
            operation = "smtp:connexion" if commande == "CONNEXION" else f"smtp:{commande}"

        if nom == "message_trop_gros" and parametres.get("taille"):
            operation = "smtp:EHLO"
        d_office = nom == "message_trop_gros" and operation is None

        def concerne(requete: RequeteRecue) -> bool:
            if protocole and not requete.operation.startswith(f"{protocole}:"):
                return False
            if d_office and requete.operation == "smtp:EHLO":
                return False
            if adresse and requete.notes.get("destinataire", adresse).lower() != adresse:
                return False
            return si is None or si(requete)

        return super().armer(nom, fois=fois, operation=operation, si=concerne, **parametres)
