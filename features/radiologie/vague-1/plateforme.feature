# language: fr
Fonctionnalité: Comptes rendus d'imagerie transmis à une plateforme d'intermédiation
  À l'hôpital, une plateforme porte les comptes rendus vers le DMP et la messagerie : le RIS lui envoie des messages, qui
  portent le document et disent ce qu'elle doit en faire.

  @INTRA/va1.01.01
  Scénario: Les comptes rendus partent vers la plateforme en N1, sans restriction, puis masqués ou invisibles
    # Le texte officiel demande deux messages : sans restriction, puis masqué aux professionnels. On y ajoute ce que
    # l'exigence nomme aussi : patient, représentants légaux d'un mineur, connexion secrète. Un compte rendu visible de
    # tous, validé après les autres, montre qu'un choix ne vaut que pour le sien.
    Étant donné un patient « Cyprien » dont le statut est « identité qualifiée »
    Et un patient mineur « Doriane » à l'INS qualifiée, dont le DMP est ouvert
    Quand l'administrateur fait transmettre les comptes rendus à la plateforme d'intermédiation en N1
    Et le professionnel valide ces comptes rendus, avec leurs destinataires
      | compte rendu | patient | masquage et visibilité             | connexion secrète | preuve         |
      | message 1    | Cyprien | visible de tous                    | non               | INTRA.01.01.01 |
      | message 2    | Cyprien | masqué aux professionnels          | non               | INTRA.01.01.02 |
      | à annoncer   | Cyprien | invisible au patient               | non               |                |
      | de Doriane   | Doriane | invisible aux représentants légaux | oui               |                |
      | contrôle     | Cyprien | visible de tous                    | non               |                |
    Alors chaque compte rendu est parti de lui-même dans un message qui porte son document
    Et chaque message dit les restrictions choisies, à qui le compte rendu est destiné, et à qui il ne l'est pas
    Et chaque message porte l'identité qualifiée de son patient et suit le volet de transmission d'un document
