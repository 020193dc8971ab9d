"""Défauts des messages envoyés à INSi."""

from __future__ import annotations

from simulators.logiciel_temoin.mutations import Mutation

_VITALE = ("rechercherInsAvecCarteVitale",)
_PAR_CARTE = (":carte",)
_MESSAGE, _ASSERTION = "insi_message", "insi_assertion"
_HTTP = ("insi_methode", "insi_adresse", "insi_type", "insi_octets")

INSI: dict[str, Mutation] = {
    "insi_contexte_lps_absent": Mutation(
        "La recherche par carte Vitale part sans ContexteLPS.", _MESSAGE, "//ContexteLPS", "retirer", "", _VITALE
    ),
    "insi_couverture_absente": Mutation(
        "La recherche par carte Vitale part sans COUVERTURE.", _MESSAGE, "//COUVERTURE", "retirer", "", _VITALE
    ),
    "insi_version_contexte_fausse": Mutation(
        "ContexteBAM annonce la version 01_00.", _MESSAGE, "//ContexteBAM/@Version", "remplacer", "01_00", _VITALE
    ),
    "insi_contexte_id_libre": Mutation(
        "L'Id de ContexteBAM n'est pas un UUID.", _MESSAGE, "//ContexteBAM/Id", "remplacer", "BAM-1", _VITALE
    ),
    "insi_idam_sans_role": Mutation(
        "L'IDAM porte R=1 au lieu de R=4.", _MESSAGE, "//LPS/IDAM/@R", "remplacer", "1", _VITALE
    ),
    "insi_contenu_double": Mutation(
        "Body porte deux fois la recherche par carte Vitale.", _MESSAGE, "//Body/RECVITALE", "doubler", "", _VITALE
    ),
    "insi_action_fausse": Mutation(
        "wsa:Action désigne une autre opération.", _MESSAGE, "//Header/Action", "remplacer", "{}s", _VITALE
    ),
    "insi_message_id_sans_uuid": Mutation(
        "MessageID n'est pas un UUID.", _MESSAGE, "//Header/MessageID", "remplacer", "LABO-1", _VITALE
    ),
    "insi_nom_logiciel_libre": Mutation(
        "Le nom du progiciel n'a pas la forme urn:lps:.", _MESSAGE, "//LPS/Nom", "remplacer", "Labo", _VITALE
    ),
    "insi_element_inconnu": Mutation(
        "La recherche par traits avec la carte porte un élément qui n'est pas au contrat.",
        _MESSAGE,
        "//RECSANSVITALE/Sexe",
        "renommer",
        "Genre",
        _PAR_CARTE,
    ),
    "insi_sexe_absent": Mutation(
        "La recherche par traits avec la carte part sans sexe.",
        _MESSAGE,
        "//RECSANSVITALE/Sexe",
        "retirer",
        "",
        _PAR_CARTE,
    ),
    "insi_sexe_indetermine": Mutation(
        "La recherche par traits avec la carte envoie le sexe I.",
        _MESSAGE,
        "//RECSANSVITALE/Sexe",
        "remplacer",
        "I",
        _PAR_CARTE,
    ),
    "insi_deux_prenoms": Mutation(
        "La recherche par traits avec la carte envoie deux éléments Prenom.",
        _MESSAGE,
        "//RECSANSVITALE/Prenom",
        "doubler",
        "",
        _PAR_CARTE,
    ),
    "insi_sans_assertion": Mutation(
        "En mode carte, le message part sans assertion.", _MESSAGE, "//Header/Security", "retirer", "", _PAR_CARTE
    ),
    "insi_assertion_alteree": Mutation(
        "L'assertion est changée après sa signature.",
        _MESSAGE,
        "//Assertion//AttributeValue",
        "remplacer",
        "{}0",
        _PAR_CARTE,
    ),
    "insi_signature_sha1": Mutation(
        "La signature de l'assertion annonce SHA-1.",
        _MESSAGE,
        "//Assertion//SignedInfo/SignatureMethod/@Algorithm",
        "remplacer",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        _PAR_CARTE,
    ),
    "insi_name_id_d_un_autre": Mutation(
        "L'assertion désigne un autre professionnel que la carte.",
        _ASSERTION,
        "//Subject/NameID",
        "remplacer",
        "899900009999",
    ),
    "insi_emetteur_assertion_libre": Mutation(
        "L'émetteur de l'assertion est un nom libre.", _ASSERTION, "//Assertion/Issuer", "remplacer", "CN=LABO TEMOIN"
    ),
    "insi_assertion_version_1": Mutation(
        "L'assertion est déclarée en version 1.1.", _ASSERTION, "/Assertion/@Version", "remplacer", "1.1"
    ),
    "insi_assertion_sans_facturation": Mutation(
        "L'assertion ne porte pas l'identifiant de facturation.",
        _ASSERTION,
        "//Attribute[@Name='identifiantFacturation']",
        "retirer",
    ),
    "insi_methode_put": Mutation("L'appel est un PUT.", "insi_methode", "POST", "remplacer", "PUT", _VITALE),
    "insi_chemin_faux": Mutation(
        "L'appel ne va pas au chemin /lps.", "insi_adresse", "/lps$", "remplacer", "/insi", _VITALE
    ),
    "insi_type_soap11": Mutation(
        "Le type de contenu est text/xml.", "insi_type", r"application/soap\+xml", "remplacer", "text/xml", _VITALE
    ),
    "insi_action_http_differente": Mutation(
        "Le paramètre action du type de contenu n'est pas wsa:Action.",
        "insi_type",
        r'action="[^"]*"',
        "remplacer",
        'action="urn:labo:insi"',
        _VITALE,
    ),
    "insi_soap11": Mutation(
        "L'enveloppe est en SOAP 1.1.",
        "insi_octets",
        "http://www.w3.org/2003/05/soap-envelope",
        "remplacer",
        "http://schemas.xmlsoap.org/soap/envelope/",
        _VITALE,
    ),
}
